package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.DiskFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads all segments of a log, checks each against the one before, and repairs a torn end. */
final class WalRecovery {
  private static final String SUFFIX = ".wal";

  private final List<Segment> segments = new ArrayList<>();
  private final EntryIndex index = new EntryIndex();
  private List<Entry> entries = List.of();
  private final WalMetadata metadata;
  private WalHardState hardState = WalHardState.INITIAL;
  private @Nullable SnapshotMarker snapshot;
  private int chain;
  private int end;
  private boolean sealed;
  // Older segments were released, and no snapshot since says where the entries start.
  private boolean startUnknown;

  private WalRecovery(WalMetadata metadata) {
    this.metadata = metadata;
  }

  static boolean isSegment(String file) {
    return file.endsWith(SUFFIX);
  }

  /** The state of a log that was just created. */
  static WalRecovery ofNew(Segment first) {
    WalRecovery recovery = new WalRecovery(first.header.metadata());
    recovery.segments.add(first);
    recovery.chain = SegmentHeader.crc(first.header.encode());
    recovery.end = SegmentHeader.BYTES;
    return recovery;
  }

  /** Reads the header of the first segment only. */
  static WalMetadata metadata(Disk disk, String directory) throws IOException {
    String first =
        disk.list(directory).stream()
            .filter(WalRecovery::isSegment)
            .findFirst()
            .orElseThrow(() -> new WalException(directory + " holds no log"));
    String path = directory + "/" + first;
    try (DiskFile file = disk.open(path)) {
      return readHeader(file, path).metadata();
    }
  }

  private static SegmentHeader readHeader(DiskFile file, String path) throws IOException {
    ByteBuffer sector = ByteBuffer.allocate(SegmentHeader.BYTES);
    while (sector.hasRemaining()) {
      if (file.read(sector, sector.position()) < 0) {
        throw new WalCorruptException(path, sector.position(), "it ends within its header");
      }
    }
    return SegmentHeader.decode(sector, path);
  }

  static WalRecovery read(Disk disk, String directory, WalMetadata expected) throws IOException {
    WalRecovery recovery = new WalRecovery(expected);
    try {
      recovery.readAll(disk, directory);
    } catch (IOException | RuntimeException e) {
      for (Segment segment : recovery.segments) {
        segment.release();
      }
      throw e;
    }
    return recovery;
  }

  private void readAll(Disk disk, String directory) throws IOException {
    List<String> files = disk.list(directory).stream().filter(WalRecovery::isSegment).toList();
    if (files.isEmpty()) {
      throw new WalException(directory + " holds no log");
    }
    for (String file : files) {
      Segment segment = open(disk, directory + "/" + file, file);
      Segment before = segments.isEmpty() ? null : segments.getLast();
      segments.add(segment);
      checkFollows(before, segment);
      readRecords(segment);
    }
    Segment last = segments.getLast();
    if (sealed) {
      throw new WalCorruptException(
          last.path, end, "it says that the log goes on, but the next file is missing");
    }
    TornTail.cut(last, end);
    checkComplete(last);
    entries = readAfterSnapshot();
    // What was read may be in the page cache only, after a crash of the process alone.
    last.file.persist();
    disk.persistDirectory(directory);
  }

  /**
   * Only where the log ends is it known which entries are still wanted: usually the fewest of those
   * it has, so their data is not gathered on the way.
   */
  private List<Entry> readAfterSnapshot() throws IOException {
    long from = Math.max(index.first(), snapshot == null ? 1 : snapshot.index() + 1);
    List<Entry> wanted = new ArrayList<>();
    Segment segment = null;
    SegmentReader reader = null;
    for (long at = from; at <= index.last(); at++) {
      if (segment == null || reader == null || segment.sequence() != index.segmentOf(at)) {
        segment = bySequence(index.segmentOf(at));
        reader = segment.reader();
      }
      wanted.add(segment.readEntry(reader, index.positionOf(at), at));
    }
    return wanted;
  }

  private Segment bySequence(long sequence) {
    return segments.get((int) (sequence - segments.getFirst().sequence()));
  }

  private void checkComplete(Segment last) {
    long from = snapshot == null ? 0 : snapshot.index();
    if (index.first() > from + 1) {
      throw new WalCorruptException(
          segments.getFirst().path,
          0,
          "the entries from " + (from + 1) + " to " + (index.first() - 1) + " are missing");
    }
    if (hardState.commit() > Math.max(from, index.last())) {
      throw new WalCorruptException(
          last.path,
          end,
          "entry " + hardState.commit() + " is committed, the last one here is " + index.last());
    }
  }

  private Segment open(Disk disk, String path, String name) throws IOException {
    DiskFile file = disk.open(path);
    try {
      SegmentHeader header = readHeader(file, path);
      if (!header.metadata().equals(metadata)) {
        throw new WalException(
            "the log file "
                + path
                + " belongs to another member: "
                + header.metadata()
                + " instead of "
                + metadata);
      }
      if (!header.fileName().equals(name)) {
        throw new WalCorruptException(path, 0, "it was written as " + header.fileName());
      }
      if (file.size() != header.capacity()) {
        throw new WalCorruptException(
            path,
            Math.min(file.size(), header.capacity()),
            "it has " + file.size() + " bytes instead of " + header.capacity());
      }
      return new Segment(path, header, file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void checkFollows(@Nullable Segment before, Segment segment) {
    SegmentHeader header = segment.header;
    if (before == null) {
      if (header.sequence() != 1) {
        index.restartAt(header.firstIndex());
        startUnknown = true;
      }
      return;
    }
    if (header.sequence() != before.sequence() + 1) {
      throw new WalCorruptException(
          segment.path, 0, "it follows " + before.path + ", a file between them is missing");
    }
    if (header.chain() != chain) {
      throw new WalCorruptException(
          before.path, end, "the next file, " + segment.path + ", does not continue from here");
    }
  }

  /** Applies the records of a segment up to the first that is not valid. */
  private void readRecords(Segment segment) throws IOException {
    SegmentReader reader = segment.reader();
    chain = SegmentHeader.crc(segment.header.encode());
    end = SegmentHeader.BYTES;
    sealed = false;
    while (!sealed) {
      SegmentReader.Header record = reader.header(end);
      if (record == null || record.previous() != chain || !reader.isWhole(record)) {
        break;
      }
      RecordType type = RecordType.of(record.type());
      if (type == null) {
        throw new WalException(
            "the log file "
                + segment.path
                + " has a record of the unknown type "
                + record.type()
                + " at offset "
                + end
                + "; it was written by a newer version: start that one");
      }
      try {
        apply(segment, reader, record, type);
      } catch (EOFException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        throw new WalCorruptException(segment.path, end, String.valueOf(e.getMessage()));
      }
      if (type != RecordType.SEAL) {
        chain = record.crc();
        end = record.next();
      }
    }
    if (end < segment.header.start()) {
      throw new WalCorruptException(segment.path, end, "the state it starts with is broken");
    }
  }

  private void apply(
      Segment segment, SegmentReader reader, SegmentReader.Header record, RecordType type)
      throws IOException {
    switch (type) {
      case ENTRY -> applyEntry(segment, record, reader.entryHead(record));
      case HARD_STATE -> {
        ByteBuffer payload = reader.payload(record);
        hardState = new WalHardState(payload.getLong(), payload.getLong(), payload.getLong());
      }
      case SNAPSHOT -> {
        ByteBuffer payload = reader.payload(record);
        long at = payload.getLong();
        long term = payload.getLong();
        byte[] confState = new byte[payload.remaining()];
        payload.get(confState);
        applySnapshot(segment, record, new SnapshotMarker(at, term, confState));
      }
      case SEAL -> sealed = true;
    }
  }

  private void applyEntry(
      Segment segment, SegmentReader.Header record, SegmentReader.EntryHead entry) {
    long at = entry.index();
    if (at < index.first() && startUnknown) {
      // Replaces entries of a segment that was released since, and those behind them.
      index.restartAt(at);
    }
    if (at < index.first() || at > index.last() + 1) {
      throw new IllegalStateException(
          "entry " + at + " after entry " + index.last() + ", those between are missing");
    }
    index.put(at, entry.term(), segment.sequence(), record.at());
    segment.holds(at);
  }

  private void applySnapshot(Segment segment, SegmentReader.Header record, SnapshotMarker marker) {
    snapshot = marker;
    if (record.at() < segment.header.start()) {
      return; // carried over from the segment before
    }
    boolean voided = WalEntries.apply(index, marker);
    if (voided) {
      startUnknown = false;
    }
  }

  WalState state() {
    return new WalState(metadata, hardState, snapshot, List.copyOf(entries));
  }

  List<Segment> segments() {
    return segments;
  }

  EntryIndex index() {
    return index;
  }

  WalMetadata metadata() {
    return metadata;
  }

  WalHardState hardState() {
    return hardState;
  }

  @Nullable SnapshotMarker snapshot() {
    return snapshot;
  }

  /** The sum of the last record. */
  int chain() {
    return chain;
  }

  /** Where the next record goes in the last segment. */
  int end() {
    return end;
  }
}
