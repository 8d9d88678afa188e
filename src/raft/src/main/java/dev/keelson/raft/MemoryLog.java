package dev.keelson.raft;

import dev.keelson.raft.confchange.ConfState;
import java.util.List;

/**
 * A {@link LogStorage} in memory: the cache a member keeps of its durable log, or the whole log of
 * a test. Not thread-safe; used from the thread that drives {@link Raft}.
 *
 * <p>When a Ready is durable, and before {@link Raft#appended}, hand its parts over in this order:
 * {@link #applySnapshot}, {@link #append}, {@link #setHardState}.
 */
public final class MemoryLog implements LogStorage {
  private final EntryRun run = new EntryRun(1);

  /** Term of the entry before the first. */
  private long baseTerm;

  private HardState hardState = HardState.EMPTY;
  private ConfState confState;
  private SnapshotMetadata snapshot = SnapshotMetadata.NONE;

  /** An empty log of a member that waits to be added to a cluster. */
  public MemoryLog() {
    this(ConfState.EMPTY);
  }

  /** An empty log of a member of a cluster that begins with {@code confState}. */
  public MemoryLog(ConfState confState) {
    this.confState = confState;
  }

  @Override
  public HardState hardState() {
    return hardState;
  }

  @Override
  public ConfState confState() {
    return confState;
  }

  @Override
  public long firstIndex() {
    return run.firstIndex();
  }

  @Override
  public long lastIndex() {
    return run.lastIndex();
  }

  @Override
  public long term(long index) {
    if (index == run.firstIndex() - 1) {
      return baseTerm;
    }
    checkNotCompacted(index);
    return run.get(index).term();
  }

  @Override
  public List<Entry> entries(long lo, long hi, long maxBytes) {
    checkNotCompacted(lo);
    if (hi > lastIndex() + 1 || lo > hi) {
      throw new IndexOutOfBoundsException(
          "entries [" + lo + ", " + hi + ") of a log that ends at " + lastIndex());
    }
    return run.slice(lo, hi, maxBytes);
  }

  private void checkNotCompacted(long index) {
    if (index < run.firstIndex()) {
      throw new CompactedException(index, run.firstIndex());
    }
  }

  @Override
  public SnapshotMetadata snapshot() {
    return snapshot;
  }

  /**
   * Appends entries, replacing what the log has at and behind the first of them.
   *
   * @throws CompactedException if the first is compacted
   * @throws IllegalStateException if they would leave a gap
   */
  public void append(List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    long first = entries.getFirst().index();
    checkNotCompacted(first);
    if (first > lastIndex() + 1) {
      throw new IllegalStateException(
          "entry " + first + " appended to a log that ends at " + lastIndex());
    }
    run.truncateFrom(first);
    for (Entry entry : entries) {
      run.append(entry);
    }
  }

  /**
   * Drops the entries up to and including {@code index}, which must be applied.
   *
   * @throws IndexOutOfBoundsException above the last index
   */
  public void compact(long index) {
    if (index < run.firstIndex()) {
      return;
    }
    baseTerm = term(index);
    run.dropBefore(index + 1);
  }

  /** Replaces the log by a snapshot; entries begin behind it from now on. */
  public void applySnapshot(SnapshotMetadata received) {
    run.restartAt(received.index() + 1);
    baseTerm = received.term();
    snapshot = received;
    confState = received.confState();
  }

  /** Sets the newest snapshot that can be sent, taken by this member itself. */
  public void setSnapshot(SnapshotMetadata taken) {
    snapshot = taken;
  }

  /** Sets the durable hard state. */
  public void setHardState(HardState durable) {
    hardState = durable;
  }

  /** Sets the configuration as of the applied index, for the next start. */
  public void setConfState(ConfState applied) {
    confState = applied;
  }
}
