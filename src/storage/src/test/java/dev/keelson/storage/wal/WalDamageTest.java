package dev.keelson.storage.wal;

import static dev.keelson.storage.wal.WalFixture.DIRECTORY;
import static dev.keelson.storage.wal.WalFixture.LARGE;
import static dev.keelson.storage.wal.WalFixture.METADATA;
import static dev.keelson.storage.wal.WalFixture.SMALL;
import static dev.keelson.storage.wal.WalFixture.entries;
import static dev.keelson.storage.wal.WalFixture.names;
import static dev.keelson.storage.wal.WalFixture.newLog;
import static dev.keelson.storage.wal.WalFixture.openLog;
import static dev.keelson.storage.wal.WalFixture.stateOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.storage.disk.CrashableDisk;
import dev.keelson.storage.disk.DiskFile;
import dev.keelson.storage.disk.Survival;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A damaged log is repaired if nothing acknowledged was lost, and refused otherwise. */
class WalDamageTest {
  // every bit, every length; a larger one only samples, for a quick look
  private static final int STRIDE = Integer.getInteger("keelson.wal.flip.stride", 1);

  private final CrashableDisk disk = new CrashableDisk();

  @Test
  void aTornTailIsCut() throws IOException {
    int end = writeBatches(disk, LARGE, 3, 5, 300);
    CrashableDisk torn = disk.crash(new Random(1), Survival.ALL);
    // The last batch: its sectors from the third on never reached the disk.
    int from = (batchStart(3, 5, 300) / 512 + 3) * 512;
    overwrite(torn, segments(torn).getFirst(), from, new byte[end - from]);
    assertThat(names(stateOf(torn).entries()).size()).isBetween(10, 14);
    Wal wal = openLog(torn, LARGE).wal();
    wal.appendAndSync(null, entries(2, wal.lastIndex() + 1, 20, 10));
    wal.close();
    assertThat(names(stateOf(torn).entries())).hasSize(20).last().isEqualTo("2/20");
  }

  @Test
  void aCutTailDoesNotComeBack() throws IOException {
    int end = writeBatches(disk, LARGE, 2, 5, 600);
    int from = (batchStart(2, 5, 600) / 512 + 1) * 512;
    // The first sector of the second batch is lost, all others survived.
    String segment = segments(disk).getFirst();
    int start = batchStart(2, 5, 600);
    overwrite(disk, segment, start, new byte[from - start]);
    assertThat(end).isGreaterThan(from + 1024);
    assertThat(names(stateOf(disk).entries())).hasSize(5);
    CrashableDisk later = disk.crash(new Random(1), Survival.NONE);
    assertThat(isZero(later, segment, start)).isTrue();
  }

  @Test
  void aBitFlipInTheMiddleIsRefused() throws IOException {
    writeBatches(disk, LARGE, 3, 5, 300);
    String segment = segments(disk).getFirst();
    disk.flipBit(segment, 8L * (batchStart(2, 5, 300) + 100));
    assertCorrupt(() -> stateOf(disk), segment, "a valid record follows");
  }

  @Test
  void aBitFlipInTheLastBatchIsRefused() throws IOException {
    writeBatches(disk, LARGE, 3, 5, 300);
    String segment = segments(disk).getFirst();
    disk.flipBit(segment, 8L * (batchStart(3, 5, 300) + 700));
    assertCorrupt(() -> stateOf(disk), segment, "neither a whole record");
  }

  @Test
  void aZeroedSectorInTheMiddleIsRefused() throws IOException {
    writeBatches(disk, LARGE, 3, 5, 300);
    String segment = segments(disk).getFirst();
    overwrite(disk, segment, batchStart(2, 5, 300) / 512 * 512 + 512, new byte[512]);
    assertCorrupt(() -> stateOf(disk), segment, "a valid record follows");
  }

  @Test
  void aMissingSegmentInTheMiddleIsRefused() throws IOException {
    writeBatches(disk, SMALL, 20, 5, 300);
    List<String> segments = segments(disk);
    disk.delete(segments.get(1));
    assertCorrupt(() -> stateOf(disk), segments.get(2), "a file between them is missing");
  }

  @Test
  void aMissingFirstSegmentIsRefused() throws IOException {
    writeBatches(disk, SMALL, 20, 5, 300);
    disk.delete(segments(disk).getFirst());
    assertCorrupt(() -> stateOf(disk), segments(disk).getFirst(), "are missing");
  }

  @Test
  void aMissingLastSegmentIsRefused() throws IOException {
    writeBatches(disk, SMALL, 20, 5, 300);
    List<String> segments = segments(disk);
    disk.delete(segments.getLast());
    assertCorrupt(
        () -> stateOf(disk), segments.get(segments.size() - 2), "the next file is missing");
  }

  @Test
  void swappedSegmentsAreRefused() throws IOException {
    writeBatches(disk, SMALL, 20, 5, 300);
    List<String> segments = segments(disk);
    disk.rename(segments.get(1), DIRECTORY + "/aside");
    disk.rename(segments.get(2), segments.get(1));
    disk.rename(DIRECTORY + "/aside", segments.get(2));
    assertCorrupt(() -> stateOf(disk), segments.get(1), "it was written as");
  }

  @Test
  void aDuplicateSegmentIsRefused() throws IOException {
    writeBatches(disk, SMALL, 20, 5, 300);
    List<String> segments = segments(disk);
    String copy = DIRECTORY + "/" + SegmentHeader.fileName(99, 1000);
    try (DiskFile target = disk.create(copy)) {
      target.write(ByteBuffer.wrap(content(disk, segments.get(1))), 0);
    }
    assertCorrupt(() -> stateOf(disk), copy, "it was written as");
  }

  @Test
  void aForeignFileIsRefused() throws IOException {
    newLog(disk, SMALL).close();
    String foreign = DIRECTORY + "/photo.wal";
    try (DiskFile file = disk.create(foreign)) {
      file.write(ByteBuffer.wrap(new byte[5000]), 0);
    }
    assertCorrupt(() -> stateOf(disk), foreign, "does not start as a log file does");
  }

  @Test
  void theLogOfAnotherMemberIsRefused() {
    newLog(disk, SMALL).close();
    WalMetadata other = new WalMetadata(METADATA.clusterId(), 0x99);
    assertThatThrownBy(() -> Wal.open(disk, DIRECTORY, other, SMALL, Runnable::run))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("belongs to another member");
  }

  @Test
  void aNewerFormatVersionIsRefused() throws IOException {
    newLog(disk, SMALL).close();
    ByteBuffer header = ByteBuffer.wrap(content(disk, segments(disk).getFirst())).limit(512);
    header.putInt(8, 2);
    header.putInt(12, SegmentHeader.crc(header));
    overwrite(disk, segments(disk).getFirst(), 0, Arrays.copyOf(header.array(), 512));
    assertThatThrownBy(() -> stateOf(disk))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("format version 2");
  }

  @Test
  void aRecordOfAnotherSegmentIsNeverRead() throws IOException {
    writeBatches(disk, SMALL, 20, 5, 300);
    List<String> segments = segments(disk);
    byte[] old = content(disk, segments.get(1));
    byte[] last = content(disk, segments.getLast());
    // The space behind the last record holds what a recycled file held before.
    int end = lastNonZero(last) / 8 * 8 + 8;
    overwrite(disk, segments.getLast(), end, Arrays.copyOfRange(old, end, old.length));
    assertCorrupt(() -> stateOf(disk), segments.getLast(), "neither a whole record");
  }

  @Test
  void aHugeLengthAllocatesNothing() throws IOException {
    int end = writeBatches(disk, LARGE, 2, 2, 100);
    byte[] header = new byte[24];
    ByteBuffer.wrap(header).putInt(0, Integer.MAX_VALUE).put(4, (byte) 1);
    overwrite(disk, segments(disk).getFirst(), end, header);
    assertCorrupt(() -> stateOf(disk), segments(disk).getFirst(), "neither a whole record");
  }

  @Test
  void aDamagedEntryIsNotServed() throws IOException {
    Wal wal = newLog(disk, LARGE);
    wal.appendAndSync(null, entries(1, 1, 10, 300));
    disk.flipBit(segments(disk).getFirst(), 8L * 1500);
    assertThatThrownBy(() -> wal.readEntries(1, 11, Long.MAX_VALUE))
        .isInstanceOf(WalCorruptException.class);
    assertThatThrownBy(wal::sync).isInstanceOf(WalException.class);
    wal.close();
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    WalOptions options = new WalOptions(64 << 10, 64 << 10);
    writeBatches(disk, options, 36, 5, 280);
    String segment = segments(disk).getFirst();
    for (int size = 0; size < 64 << 10; size += size < 1024 ? 1 : STRIDE) {
      CrashableDisk cut = disk.crash(new Random(1), Survival.ALL);
      try (DiskFile file = cut.open(segment)) {
        file.truncate(size);
      }
      assertCorrupt(() -> stateOf(cut), segment, "");
    }
  }

  /** Bits between records and behind the last are of no use: their loss changes nothing. */
  @Test
  void noBitFlipLosesAnEntry() throws IOException {
    WalOptions options = new WalOptions(64 << 10, 64 << 10);
    int end = writeBatches(disk, options, 36, 5, 280);
    String segment = segments(disk).getFirst();
    CrashableDisk victim = disk.crash(new Random(1), Survival.ALL);
    int refused = 0;
    for (long bit = 0; bit < 8L * (64 << 10); bit += dense(bit / 8, end) ? 1 : STRIDE) {
      victim.flipBit(segment, bit);
      try {
        assertThat(stateOf(victim).entries()).as("bit %d", bit).hasSize(180);
        victim = disk.crash(new Random(1), Survival.ALL);
      } catch (WalException e) {
        refused++;
        victim.flipBit(segment, bit);
      }
    }
    assertThat(refused).isGreaterThan(5_000);
  }

  @Test
  void aZeroedSectorIsRefusedOrCostsTheLastBatchOnly() throws IOException {
    WalOptions options = new WalOptions(64 << 10, 64 << 10);
    writeBatches(disk, options, 36, 5, 280);
    String segment = segments(disk).getFirst();
    int lastBatch = batchStart(36, 5, 280);
    for (int at = 0; at < 64 << 10; at += 512) {
      CrashableDisk victim = disk.crash(new Random(1), Survival.ALL);
      overwrite(victim, segment, at, new byte[512]);
      if (at + 512 <= lastBatch) {
        assertCorrupt(() -> stateOf(victim), segment, "");
      } else if (at > lastBatch) {
        assertThat(stateOf(victim).entries()).hasSizeGreaterThanOrEqualTo(175);
      }
    }
  }

  /** Where every bit counts: the segment's header and first record, and the last record. */
  private static boolean dense(long at, int end) {
    return at < 560 || (at > end - 360 && at < end + 32);
  }

  /** Appends and syncs batches of entries of term 1; returns where the last record ends. */
  private static int writeBatches(
      CrashableDisk disk, WalOptions options, int batches, int perBatch, int size)
      throws IOException {
    try (Wal wal = newLog(disk, options)) {
      for (int i = 0; i < batches; i++) {
        long first = 1 + (long) i * perBatch;
        wal.appendAndSync(null, entries(1, first, first + perBatch - 1, size));
      }
    }
    return RecordFormat.nextStart(lastNonZero(content(disk, segments(disk).getLast())) + 1);
  }

  /** Where the {@code n}-th batch of {@link #writeBatches}, counted from 1, starts. */
  private static int batchStart(int n, int perBatch, int size) {
    int at = 512;
    for (int i = 0; i < (n - 1) * perBatch; i++) {
      at = RecordFormat.nextStart(at + RecordFormat.HEADER_BYTES + 17 + size);
    }
    return at;
  }

  private static void assertCorrupt(ThrowingCallable open, String file, String damage) {
    assertThatThrownBy(open)
        .isInstanceOf(WalCorruptException.class)
        .hasMessageContaining(file)
        .hasMessageContaining("at offset")
        .hasMessageContaining(damage)
        .hasMessageContaining("restore the member from a snapshot");
  }

  private static List<String> segments(CrashableDisk disk) {
    return disk.list(DIRECTORY).stream()
        .filter(WalRecovery::isSegment)
        .map(file -> DIRECTORY + "/" + file)
        .toList();
  }

  private static void overwrite(CrashableDisk disk, String name, int at, byte[] data)
      throws IOException {
    try (DiskFile file = disk.open(name)) {
      file.write(ByteBuffer.wrap(data), at);
      file.persist();
    }
  }

  private static byte[] content(CrashableDisk disk, String name) throws IOException {
    try (DiskFile file = disk.open(name)) {
      ByteBuffer content = ByteBuffer.allocate((int) file.size());
      file.read(content, 0);
      return content.array();
    }
  }

  private static boolean isZero(CrashableDisk disk, String name, int from) throws IOException {
    return lastNonZero(content(disk, name)) < from;
  }

  private static int lastNonZero(byte[] content) {
    int at = content.length - 1;
    while (at >= 0 && content[at] == 0) {
      at--;
    }
    return at;
  }
}
