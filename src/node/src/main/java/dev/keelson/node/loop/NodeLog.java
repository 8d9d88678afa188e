package dev.keelson.node.loop;

import dev.keelson.raft.CompactedException;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.LogStorage;
import dev.keelson.raft.MemoryLog;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The log as consensus reads it: recent entries from memory, bounded by count and by bytes, older
 * ones, which only followers far behind want, from disk. What is in memory alone reaches back at
 * least to what is applied, so that only committed entries are ever read back, which nothing
 * replaces.
 *
 * <p>Node loop only.
 */
public final class NodeLog implements LogStorage {
  private final MemoryLog recent;
  private final DurableLog durable;
  private final long entriesMax;
  private final long bytesMax;
  private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
  private long bytes;

  /** The first index a follower can be served; what is below may be deleted at any moment. */
  private long floor;

  /** The term of the entry before {@link #floor}. */
  private long floorTerm;

  private long snapshotIndex;
  private long snapshotTerm;
  private ConfState snapshotConf = ConfState.EMPTY;

  private record Chunk(long first, long last, long bytes) {}

  /**
   * Wraps what was found at the start.
   *
   * @param recent all entries behind the newest marker of the durable log
   * @param entriesMax entries kept in memory behind the applied index
   * @param bytesMax bytes kept in memory behind the applied index
   */
  public NodeLog(MemoryLog recent, DurableLog durable, long entriesMax, long bytesMax) {
    this.recent = recent;
    this.durable = durable;
    this.entriesMax = entriesMax;
    this.bytesMax = bytesMax;
    // the term before the first entry must be known: it is the first one's whose own is
    long oldest = durable.firstIndex();
    boolean reachesBack = oldest < recent.firstIndex() - 1;
    floor = reachesBack && oldest > 1 ? oldest + 1 : reachesBack ? 1 : recent.firstIndex();
    floorTerm = !reachesBack ? recent.term(floor - 1) : floor == 1 ? 0 : durable.term(floor - 1);
    if (recent.lastIndex() >= recent.firstIndex()) {
      count(recent.entries(recent.firstIndex(), recent.lastIndex() + 1, Long.MAX_VALUE));
    }
  }

  @Override
  public HardState hardState() {
    return recent.hardState();
  }

  @Override
  public ConfState confState() {
    return recent.confState();
  }

  @Override
  public long firstIndex() {
    return floor;
  }

  @Override
  public long lastIndex() {
    return recent.lastIndex();
  }

  @Override
  public long term(long index) {
    if (index >= recent.firstIndex() - 1) {
      return recent.term(index);
    }
    if (index == floor - 1) {
      return floorTerm;
    }
    checkNotBelowFloor(index);
    return durable.term(index);
  }

  @Override
  public List<Entry> entries(long lo, long hi, long maxBytes) {
    if (lo >= recent.firstIndex() || lo == hi) {
      return recent.entries(Math.max(lo, recent.firstIndex()), hi, maxBytes);
    }
    checkNotBelowFloor(lo);
    // what follows in memory is fetched by the next call: a batch of this size is enough for one
    return durable.read(lo, Math.min(hi, recent.firstIndex()), maxBytes);
  }

  private void checkNotBelowFloor(long index) {
    if (index < floor) {
      throw new CompactedException(index, floor);
    }
  }

  /** What the state machine holds: a transfer reads it as it is then, which is this or newer. */
  @Override
  public SnapshotMetadata snapshot() {
    return snapshotIndex == 0
        ? SnapshotMetadata.NONE
        : new SnapshotMetadata(snapshotIndex, snapshotTerm, snapshotConf);
  }

  /** The state machine is at {@code index}, with this configuration. */
  void applied(long index, long term, ConfState confState) {
    snapshotIndex = index;
    snapshotTerm = term;
    snapshotConf = confState;
    trim(index);
  }

  /** Appends what is durable, replacing what the log has at and behind the first of them. */
  void append(List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    forgetFrom(entries.getFirst().index());
    recent.append(entries);
    count(entries);
  }

  /** Takes entries that are about to be replaced off the books. */
  private void forgetFrom(long index) {
    while (!chunks.isEmpty() && chunks.getLast().last() >= index) {
      Chunk newest = chunks.removeLast();
      bytes -= newest.bytes();
      if (newest.first() < index) {
        count(recent.entries(newest.first(), index, Long.MAX_VALUE));
      }
    }
  }

  private void count(List<Entry> entries) {
    Chunk chunk = chunk(entries);
    chunks.addLast(chunk);
    bytes += chunk.bytes();
  }

  private static Chunk chunk(List<Entry> entries) {
    long size = 0;
    for (Entry entry : entries) {
      size += entry.sizeBytes();
    }
    return new Chunk(entries.getFirst().index(), entries.getLast().index(), size);
  }

  /** The bytes of all entries in memory. */
  long bytesInMemory() {
    return bytes;
  }

  void setHardState(HardState state) {
    recent.setHardState(state);
  }

  /** A snapshot has been installed: it replaces everything. */
  void installed(SnapshotMetadata snapshot) {
    recent.applySnapshot(snapshot);
    chunks.clear();
    bytes = 0;
    floor = snapshot.index() + 1;
    floorTerm = snapshot.term();
    snapshotIndex = snapshot.index();
    snapshotTerm = snapshot.term();
    snapshotConf = snapshot.confState();
  }

  /** Entries below {@code keepFrom} will not be asked for any more and may be deleted. */
  void release(long keepFrom) {
    long to = Math.min(keepFrom, snapshotIndex + 1);
    if (to > floor) {
      floorTerm = term(to - 1);
      floor = to;
    }
  }

  private void trim(long applied) {
    while (!chunks.isEmpty()
        && chunks.getFirst().last() < applied
        && (bytes > bytesMax || recent.lastIndex() - recent.firstIndex() > entriesMax)) {
      forgetThrough(chunks.getFirst().last());
    }
    if (recent.firstIndex() - 1 < floor - 1) {
      // the floor is above what memory still holds: nobody needs that
      forgetThrough(Math.min(floor - 1, applied));
    }
  }

  /** Drops the entries up to and including {@code index}, which may lie within a chunk. */
  private void forgetThrough(long index) {
    while (!chunks.isEmpty() && chunks.getFirst().first() <= index) {
      Chunk oldest = chunks.removeFirst();
      bytes -= oldest.bytes();
      if (oldest.last() > index) {
        Chunk rest = chunk(recent.entries(index + 1, oldest.last() + 1, Long.MAX_VALUE));
        chunks.addFirst(rest);
        bytes += rest.bytes();
      }
    }
    recent.compact(index);
  }
}
