package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.storage.disk.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The write-ahead log: a chain of preallocated segments ({@link SegmentHeader}) filled with records
 * ({@link RecordFormat}). A batch is one write, and one fsync if it is to be durable.
 *
 * <p>One thread appends and releases; {@link #readEntries} may be called by others. Any failure to
 * write, to make durable or to read back is final: all later calls throw, and the log must be
 * opened again, by a new process.
 */
public final class Wal implements Closeable {
  private final WalMetadata metadata;
  private final SegmentSupply supply;
  private final Closeable lock;
  private final RecordWriter writer = new RecordWriter();
  private final WalHealth health = new WalHealth();
  private final WalEntries entries;
  private Segment active;
  private int position;
  private int durable;
  private int chain;
  private WalHardState hardState;
  private @Nullable SnapshotMarker snapshot;

  private Wal(
      Disk disk, String directory, WalRecovery recovered, SegmentSupply supply, Closeable lock) {
    this.supply = supply;
    this.lock = lock;
    metadata = recovered.metadata();
    entries = new WalEntries(disk, directory, health, recovered.segments(), recovered.index());
    active = recovered.segments().getLast();
    position = recovered.end();
    durable = position;
    chain = recovered.chain();
    hardState = recovered.hardState();
    snapshot = recovered.snapshot();
  }

  /** A log ready to be appended to, and what was in it. */
  public record Opened(Wal wal, WalState state) {}

  /** Whether {@code directory} holds a log. */
  public static boolean exists(Disk disk, String directory) {
    return WalDirectory.holdsLog(disk, directory);
  }

  /**
   * Whose log a directory holds, as its first segment says.
   *
   * @throws WalException if it holds none, or that segment cannot be read
   */
  public static WalMetadata metadata(Disk disk, String directory) {
    try {
      return WalRecovery.metadata(disk, directory);
    } catch (IOException e) {
      throw new WalException("cannot read the log in " + directory + ": " + e, e);
    }
  }

  /**
   * Creates an empty log, durable when this returns.
   *
   * @param directory its directory on the disk, made if it does not exist; holds nothing else
   * @param background runs the preparation of segments; may run it at once
   */
  public static Wal create(
      Disk disk, String directory, WalMetadata metadata, WalOptions options, Executor background) {
    Closeable lock = WalDirectory.lock(disk, directory);
    try {
      if (exists(disk, directory)) {
        throw new WalException(directory + " holds a log already");
      }
      WalDirectory.removeTemporary(disk, directory);
      SegmentSupply supply = new SegmentSupply(disk, directory, options, background);
      Segment first =
          supply.create(
              0,
              capacity -> new SegmentHeader(metadata, 1, 1, capacity, 0, SegmentHeader.BYTES),
              _ -> ByteBuffer.allocate(0));
      WalDirectory.persistParents(disk, directory);
      supply.prepare();
      return new Wal(disk, directory, WalRecovery.ofNew(first), supply, lock);
    } catch (IOException e) {
      release(lock);
      throw new WalException("cannot create a log in " + directory + ": " + e, e);
    } catch (RuntimeException e) {
      release(lock);
      throw e;
    }
  }

  /**
   * Opens a log. A torn end, of which nothing was acknowledged, is cut, durably. All that is
   * returned is durable.
   *
   * @throws WalCorruptException if what was durable once is damaged
   * @throws WalException if the log belongs to another member, is of a newer version, is in use, or
   *     cannot be read
   */
  public static Opened open(
      Disk disk, String directory, WalMetadata expected, WalOptions options, Executor background) {
    Closeable lock = WalDirectory.lock(disk, directory);
    try {
      WalDirectory.removeTemporary(disk, directory);
      WalRecovery recovered = WalRecovery.read(disk, directory, expected);
      SegmentSupply supply = new SegmentSupply(disk, directory, options, background);
      supply.prepare();
      Wal wal = new Wal(disk, directory, recovered, supply, lock);
      return new Opened(wal, recovered.state());
    } catch (IOException e) {
      release(lock);
      throw new WalException("cannot open the log in " + directory + ": " + e, e);
    } catch (RuntimeException e) {
      release(lock);
      throw e;
    }
  }

  /**
   * Appends hard state, if given, and entries; durable after the next {@link #sync}, and never
   * without what was appended before. An entry replaces one of the same index and all after it.
   *
   * @param added of ascending indexes without gaps, the first at most one above {@link #lastIndex}
   */
  public void appendUnsynced(@Nullable WalHardState newState, List<Entry> added) {
    health.requireUsable();
    entries.requireConsecutive(added);
    requireCommitWithin(newState, added.isEmpty() ? lastIndex() : added.getLast().index());
    if (newState == null && added.isEmpty()) {
      return;
    }
    long maxBytes = newState == null ? 0 : RecordWriter.maxBytesOfFixed();
    for (Entry entry : added) {
      maxBytes += RecordWriter.maxBytes(entry);
    }
    begin(maxBytes);
    int[] positions = new int[added.size()];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = writer.position();
      writer.entry(added.get(i));
    }
    // Behind the entries: a torn batch must not leave a commit index without what it commits.
    if (newState != null) {
      writer.hardState(newState);
    }
    write();
    if (newState != null) {
      hardState = newState;
    }
    entries.written(added, active, positions);
  }

  /** {@link #appendUnsynced} and {@link #sync}: one write, one fsync. */
  public void appendAndSync(@Nullable WalHardState newState, List<Entry> added) {
    appendUnsynced(newState, added);
    sync();
  }

  /** Everything appended so far is durable when this returns. */
  public void sync() {
    health.requireUsable();
    if (durable < position) {
      try {
        active.file.persist();
      } catch (IOException e) {
        throw health.fail("cannot make " + active.path + " durable", e);
      }
      durable = position;
    }
  }

  /**
   * Notes that a durable snapshot exists, and hard state, if given; durable when this returns.
   * Entries up to the snapshot are no longer part of what {@link #open} returns. If the log does
   * not reach the snapshot, or has an entry of another term there, all its entries are void and the
   * next one follows the snapshot.
   */
  public void markSnapshotAndSync(SnapshotMarker marker, @Nullable WalHardState newState) {
    health.requireUsable();
    SnapshotMarker before = snapshot;
    if (before != null && marker.index() < before.index()) {
      throw new IllegalArgumentException(
          "a snapshot at " + marker.index() + " after one at " + before.index());
    }
    // or the log could not be opened any more
    requireCommitWithin(newState == null ? hardState : newState, entries.lastBehind(marker));
    begin(RecordWriter.maxBytes(marker) + RecordWriter.maxBytesOfFixed());
    writer.snapshot(marker);
    if (newState != null) {
      writer.hardState(newState);
    }
    write();
    sync();
    snapshot = marker;
    if (newState != null) {
      hardState = newState;
    }
    entries.apply(marker);
  }

  /**
   * Deletes the segments all of whose entries are below {@code before}.
   *
   * @param before at most one above the index of the last snapshot marker
   */
  public void releaseBefore(long before) {
    health.requireUsable();
    SnapshotMarker marker = snapshot;
    if (before > (marker == null ? 1 : marker.index() + 1)) {
      throw new IllegalArgumentException(
          "entries below " + before + " are not all in a snapshot: " + marker);
    }
    entries.releaseBefore(before, active);
  }

  /** The index of the oldest entry that {@link #readEntries} can return, if there is any. */
  public long firstIndex() {
    return entries.first();
  }

  /** The index of the last entry; of the snapshot, or 0, if there is none after it. */
  public long lastIndex() {
    return entries.last();
  }

  /**
   * The term of an entry that {@link #readEntries} can return.
   *
   * @throws IllegalArgumentException if it is not in the log, or no longer
   */
  public long termOf(long at) {
    return entries.termOf(at);
  }

  /**
   * Entries from {@code from} on, as many as fit in {@code maxBytes} but at least one.
   *
   * @param to exclusive, at most {@code lastIndex() + 1}
   * @throws IllegalArgumentException if some of the entries are not in the log, or no longer
   */
  public List<Entry> readEntries(long from, long to, long maxBytes) {
    return entries.read(from, to, maxBytes);
  }

  /** Makes what was appended durable and ends. */
  @Override
  public void close() {
    if (health.isClosed()) {
      return;
    }
    try {
      if (!health.isFailed()) {
        sync();
      }
    } finally {
      health.close();
      supply.close();
      entries.segments().forEach(segment -> release(segment.file));
      release(lock);
    }
  }

  private void begin(long maxBytes) {
    if (maxBytes > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException("a batch of " + maxBytes + " bytes");
    }
    if (position + maxBytes + RecordFormat.MAX_OVERHEAD > active.capacity()) {
      roll((int) maxBytes);
    }
    writer.begin(active.sequence(), position, chain, durable, (int) maxBytes);
  }

  private void write() {
    try {
      active.file.write(writer.encoded(), position);
    } catch (IOException e) {
      throw health.fail("cannot write to " + active.path, e);
    }
    position = writer.position();
    chain = writer.chain();
  }

  /** Goes on in a new segment, which starts with the hard state and the snapshot marker. */
  private void roll(int batchBytes) {
    sync();
    SnapshotMarker marker = snapshot;
    long firstBytes =
        RecordWriter.maxBytesOfFixed() + (marker == null ? 0 : RecordWriter.maxBytes(marker));
    long sequence = active.sequence() + 1;
    // Its length does not depend on the sum it is chained to.
    int start = encodeFirstRecords(sequence, 0, (int) firstBytes, marker);
    try {
      Segment next =
          supply.create(
              Math.toIntExact(start + batchBytes + 2L * RecordFormat.MAX_OVERHEAD),
              capacity ->
                  new SegmentHeader(metadata, sequence, entries.last() + 1, capacity, chain, start),
              headerCrc -> {
                encodeFirstRecords(sequence, headerCrc, (int) firstBytes, marker);
                return writer.encoded();
              });
      int firstChain = writer.chain();
      writer.begin(active.sequence(), position, chain, durable, RecordFormat.MAX_OVERHEAD);
      writer.seal();
      active.file.write(writer.encoded(), position);
      active.file.persist();
      entries.begun(next);
      active = next;
      position = start;
      durable = start;
      chain = firstChain;
    } catch (IOException e) {
      throw health.fail("cannot start a segment after " + active.path, e);
    }
    supply.prepare();
  }

  private int encodeFirstRecords(
      long sequence, int headerCrc, int maxBytes, @Nullable SnapshotMarker marker) {
    writer.begin(sequence, SegmentHeader.BYTES, headerCrc, SegmentHeader.BYTES, maxBytes);
    writer.hardState(hardState);
    if (marker != null) {
      writer.snapshot(marker);
    }
    return writer.position();
  }

  private static void requireCommitWithin(@Nullable WalHardState state, long last) {
    if (state != null && state.commit() > last) {
      throw new IllegalArgumentException(state + " commits what is not in the log, up to " + last);
    }
  }

  private static void release(Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      // What had to be durable is; the process's end frees the rest.
    }
  }
}
