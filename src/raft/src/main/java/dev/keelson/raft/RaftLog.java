package dev.keelson.raft;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The member's whole log: the stable part in {@link LogStorage} and behind it what is not durable
 * yet.
 *
 * <pre>
 *   | storage ......................... | unstable .................... |
 *                                       | handed to the writer | not yet |
 *   applied <= applying <= committed                                    lastIndex
 * </pre>
 *
 * <p>Invariants: {@code applied <= applying <= committed <= lastIndex}; {@code applying} never
 * passes the stable part; none of them ever falls; nothing at or below {@code committed} is ever
 * replaced.
 */
final class RaftLog {
  /** The term of an index this log knows nothing of. */
  static final long UNKNOWN_TERM = -1;

  private final LogStorage storage;
  private final EntryRun unstable;

  /** The first index not yet handed to the writer; from there on Readys take entries. */
  private long writerFrom;

  /** A snapshot that is not durable yet; nothing is applied until it is. */
  private @Nullable SnapshotMetadata unstableSnapshot;

  private boolean snapshotHandedOut;

  private long committed;

  /** Up to where entries were handed out to be applied. */
  private long applying;

  private long applied;

  RaftLog(LogStorage storage, long committed, long applied) {
    this.storage = storage;
    long last = storage.lastIndex();
    if (committed > last || applied > last || applied < storage.firstIndex() - 1) {
      throw new IllegalArgumentException(
          "commit index "
              + committed
              + " and applied index "
              + applied
              + " do not fit a log from "
              + storage.firstIndex()
              + " to "
              + last);
    }
    this.unstable = new EntryRun(last + 1);
    this.writerFrom = last + 1;
    // The commit index is written lazily: what was applied was committed, whatever the disk says.
    this.committed = Math.max(committed, applied);
    this.applying = applied;
    this.applied = applied;
  }

  long firstIndex() {
    SnapshotMetadata snapshot = unstableSnapshot;
    return snapshot != null ? snapshot.index() + 1 : storage.firstIndex();
  }

  long lastIndex() {
    return unstable.lastIndex();
  }

  long lastTerm() {
    return term(lastIndex());
  }

  /** Everything up to here is durable, unless a snapshot is on its way to the disk. */
  long stableIndex() {
    return unstable.firstIndex() - 1;
  }

  /** The newest snapshot that can be sent to a follower. */
  SnapshotMetadata snapshot() {
    return storage.snapshot();
  }

  long committed() {
    return committed;
  }

  long applied() {
    return applied;
  }

  /** The term of the entry at {@code index}, or {@link #UNKNOWN_TERM}. */
  long term(long index) {
    if (unstable.contains(index)) {
      return unstable.get(index).term();
    }
    SnapshotMetadata snapshot = unstableSnapshot;
    if (snapshot != null) {
      return index == snapshot.index() ? snapshot.term() : UNKNOWN_TERM;
    }
    if (index < storage.firstIndex() - 1 || index >= unstable.firstIndex()) {
      return UNKNOWN_TERM;
    }
    return storage.term(index);
  }

  boolean matches(long index, long term) {
    return term(index) == term;
  }

  /** Whether a log ending like this is at least as complete as ours (Raft §5.4.1). */
  boolean isUpToDate(long otherLastIndex, long otherLastTerm) {
    long ours = lastTerm();
    return otherLastTerm > ours || (otherLastTerm == ours && otherLastIndex >= lastIndex());
  }

  /**
   * The largest index up to {@code index} whose term is at most {@code term}: behind it a log that
   * ends in {@code term} there cannot agree with this one. Stops at the compacted part.
   */
  long lastIndexWithTermAtMost(long index, long term) {
    long candidate = index;
    while (candidate > 0) {
      long ours = term(candidate);
      if (ours <= term) {
        break;
      }
      candidate--;
    }
    return candidate;
  }

  /** The entries in {@code [lo, hi)} up to {@code maxBytes}; requires {@code lo >= firstIndex}. */
  List<Entry> entries(long lo, long hi, long maxBytes) {
    if (lo >= hi) {
      return List.of();
    }
    long boundary = unstable.firstIndex();
    if (lo >= boundary) {
      return unstable.slice(lo, hi, maxBytes);
    }
    if (hi <= boundary) {
      return storage.entries(lo, hi, maxBytes);
    }
    List<Entry> stable = storage.entries(lo, boundary, maxBytes);
    if (stable.size() < boundary - lo) {
      return stable;
    }
    long room = maxBytes;
    if (maxBytes != Long.MAX_VALUE) {
      for (Entry entry : stable) {
        room -= entry.sizeBytes();
      }
      if (room < unstable.get(boundary).sizeBytes()) {
        return stable;
      }
    }
    List<Entry> rest = unstable.slice(boundary, hi, room);
    List<Entry> all = new ArrayList<>(stable.size() + rest.size());
    all.addAll(stable);
    all.addAll(rest);
    return Collections.unmodifiableList(all);
  }

  /** Appends an entry of this member's own term as leader. */
  void append(Entry entry) {
    unstable.append(entry);
  }

  /**
   * Appends the entries that are missing, replacing a conflicting tail (Raft §5.3); requires that
   * the entry before the first matches.
   */
  void appendFromLeader(List<Entry> entries) {
    int skip = 0;
    while (skip < entries.size() && entries.get(skip).index() <= lastIndex()) {
      Entry entry = entries.get(skip);
      if (!matches(entry.index(), entry.term())) {
        replaceFrom(entry);
        break;
      }
      skip++;
    }
    for (int i = skip; i < entries.size(); i++) {
      unstable.append(entries.get(i));
    }
  }

  private void replaceFrom(Entry conflicting) {
    long from = conflicting.index();
    if (from <= committed) {
      throw new IllegalStateException(
          "entry "
              + from
              + " of term "
              + conflicting.term()
              + " conflicts with the committed one of term "
              + term(from)
              + ", commit index "
              + committed);
    }
    if (from <= unstable.firstIndex()) {
      unstable.restartAt(from);
    } else {
      unstable.truncateFrom(from);
    }
    writerFrom = Math.min(writerFrom, from);
  }

  /** Moves the commit index forward; a lower one is ignored. */
  void commitTo(long index) {
    if (index <= committed) {
      return;
    }
    if (index > lastIndex()) {
      throw new IllegalStateException(
          "commit index "
              + index
              + " is beyond the last index "
              + lastIndex()
              + ": was the log corrupted, truncated, or lost?");
    }
    committed = index;
  }

  /** Replaces the whole log by a snapshot that is to be installed. */
  void restore(SnapshotMetadata snapshot) {
    unstableSnapshot = snapshot;
    snapshotHandedOut = false;
    unstable.restartAt(snapshot.index() + 1);
    writerFrom = snapshot.index() + 1;
    committed = snapshot.index();
  }

  boolean hasUnstableSnapshot() {
    return unstableSnapshot != null;
  }

  boolean hasEntriesToWrite() {
    return writerFrom <= lastIndex() || (unstableSnapshot != null && !snapshotHandedOut);
  }

  /** Hands the snapshot to be installed to the writer, once. */
  @Nullable SnapshotMetadata takeSnapshotToWrite() {
    if (snapshotHandedOut) {
      return null;
    }
    snapshotHandedOut = unstableSnapshot != null;
    return unstableSnapshot;
  }

  /** Hands the entries not handed over yet to the writer. */
  List<Entry> takeEntriesToWrite() {
    if (writerFrom > lastIndex()) {
      return List.of();
    }
    List<Entry> entries = unstable.slice(writerFrom, lastIndex() + 1, Long.MAX_VALUE);
    writerFrom = lastIndex() + 1;
    return entries;
  }

  /**
   * The log is durable up to the entry of {@code index} and {@code term}; ignored if that entry was
   * replaced in the meantime.
   */
  void stableTo(long index, long term) {
    if (!unstable.contains(index) || unstable.get(index).term() != term) {
      return;
    }
    if (storage.lastIndex() < index) {
      throw new IllegalStateException(
          "entry "
              + index
              + " was acknowledged as durable, but the storage ends at "
              + storage.lastIndex());
    }
    unstable.dropBefore(index + 1);
    writerFrom = Math.max(writerFrom, index + 1);
  }

  /**
   * The snapshot of {@code index} is installed and durable; it counts as applied.
   *
   * @return the snapshot, or null if another one has taken its place in the meantime
   */
  @Nullable SnapshotMetadata snapshotStable(long index) {
    SnapshotMetadata snapshot = unstableSnapshot;
    if (snapshot == null || snapshot.index() != index) {
      return null;
    }
    unstableSnapshot = null;
    snapshotHandedOut = false;
    applied = Math.max(applied, index);
    applying = Math.max(applying, index);
    return snapshot;
  }

  /** Whether durable committed entries wait to be handed out. */
  boolean hasEntriesToApply() {
    return unstableSnapshot == null && applying < Math.min(committed, stableIndex());
  }

  /** Hands out the next committed and durable entries, up to {@code maxBytes} but at least one. */
  List<Entry> takeEntriesToApply(long maxBytes) {
    if (!hasEntriesToApply()) {
      return List.of();
    }
    List<Entry> entries =
        storage.entries(applying + 1, Math.min(committed, stableIndex()) + 1, maxBytes);
    applying = entries.getLast().index();
    return entries;
  }

  /** The state machine has applied everything up to {@code index}. */
  void appliedTo(long index) {
    if (index > applying) {
      throw new IllegalStateException(
          "applied index " + index + " was never handed out, the last one was " + applying);
    }
    applied = Math.max(applied, index);
  }
}
