package dev.keelson.sim.invariant;

import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.storage.wal.WalHardState;
import dev.keelson.storage.wal.WalState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * What is durable of one member's log, as far as its log writer was told; kept beside the member,
 * and across its lives. Each entry has a hash over the log up to it.
 */
final class ShadowLog {
  /** The entry before the first of {@link #entries}; term and hash as of there. */
  private Mark start = Mark.START;

  private final List<Mark> entries = new ArrayList<>();
  private final TreeSet<Long> changes = new TreeSet<>();
  private HardState hardState = HardState.EMPTY;

  /** Where an append begins that has been asked for and not confirmed; 0 if there is none. */
  private long inFlight;

  /** What that append would write. */
  private List<Entry> asked = List.of();

  /**
   * An entry.
   *
   * @param chain over all entries from the beginning of the log to this one
   */
  record Mark(long index, long term, long chain) {
    static final Mark START = new Mark(0, 0, 0x9e3779b97f4a7c15L);

    Mark next(Entry entry) {
      long mixed = (chain ^ entry.term()) * 0xbf58476d1ce4e5b9L;
      mixed = (mixed ^ Arrays.hashCode(entry.data())) * 0x94d049bb133111ebL;
      return new Mark(entry.index(), entry.term(), mixed ^ mixed >>> 31);
    }
  }

  long lastIndex() {
    return last().index;
  }

  Mark last() {
    return entries.isEmpty() ? start : entries.getLast();
  }

  HardState hardState() {
    return hardState;
  }

  boolean has(long index) {
    return index > start.index && index <= lastIndex();
  }

  /** Whether the log has got there, though perhaps only within a snapshot. */
  boolean reaches(long index) {
    return index <= lastIndex();
  }

  boolean isWithinSnapshot(long index) {
    return index < start.index;
  }

  Mark mark(long index) {
    return index == start.index ? start : entries.get((int) (index - start.index - 1));
  }

  void begin(List<Entry> entriesAsked) {
    asked = entriesAsked;
    inFlight = asked.isEmpty() ? Long.MAX_VALUE : asked.getFirst().index();
  }

  void durable(HardState state) {
    hardState = state;
  }

  /** An entry is durable; those from its index on that were there before are gone. */
  void append(Entry entry, Mark mark) {
    truncate(mark.index);
    entries.add(mark);
    if (entry.type() != EntryType.NORMAL) {
      changes.add(mark.index);
    }
  }

  /** The last change of the membership before an entry; 0 if there is none here. */
  long lastChangeBefore(long index) {
    Long change = changes.lower(index);
    return change == null ? 0 : change;
  }

  void confirmed() {
    inFlight = 0;
    asked = List.of();
  }

  private void truncate(long from) {
    while (!entries.isEmpty() && entries.getLast().index >= from) {
      entries.removeLast();
    }
    changes.tailSet(from, true).clear();
  }

  /** A snapshot has replaced the log. */
  void replaceBy(Mark snapshot) {
    entries.clear();
    changes.clear();
    start = snapshot;
  }

  /** Up to where a crash must not have changed anything. */
  long certainUpTo() {
    return inFlight == 0 ? lastIndex() : Math.min(lastIndex(), inFlight - 1);
  }

  /** Takes over what a restart has found. */
  void restart(Mark foundStart, WalState found, List<Mark> marks) {
    start = foundStart;
    entries.clear();
    entries.addAll(marks);
    changes.clear();
    for (Entry entry : found.entries()) {
      if (entry.type() != EntryType.NORMAL) {
        changes.add(entry.index());
      }
    }
    WalHardState state = found.hardState();
    hardState = new HardState(state.term(), state.vote(), state.commit());
    inFlight = 0;
    asked = List.of();
  }

  /** Whether an entry was written here, or is being written. */
  boolean mayHold(Mark mark) {
    return (has(mark.index) && mark(mark.index).term == mark.term)
        || asked.stream()
            .anyMatch(entry -> entry.index() == mark.index && entry.term() == mark.term);
  }
}
