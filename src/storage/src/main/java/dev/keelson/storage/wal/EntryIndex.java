package dev.keelson.storage.wal;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the entries of the log are and of which term: 8 bytes an entry. Holds a run without gaps,
 * {@code [first, last]}, empty if last is first - 1.
 */
final class EntryIndex {
  private static final int INITIAL_SLOTS = 1024;

  private final TreeMap<Long, Long> termStarts = new TreeMap<>();
  private long[] slots = new long[INITIAL_SLOTS];
  private int head;
  private int count;
  private long first = 1;

  long first() {
    return first;
  }

  long last() {
    return first + count - 1;
  }

  boolean contains(long index) {
    return index >= first && index <= last();
  }

  /** Replaces the entry of this index and forgets those after it. */
  void put(long index, long term, long segment, int position) {
    truncateFrom(index);
    if (head + count == slots.length) {
      makeRoom();
    }
    slots[head + count++] = segment << 32 | position;
    Map.Entry<Long, Long> run = termStarts.lastEntry();
    if (run == null || run.getValue() != term) {
      termStarts.put(index, term);
    }
  }

  long segmentOf(long index) {
    return slot(index) >>> 32;
  }

  int positionOf(long index) {
    return (int) slot(index);
  }

  long termOf(long index) {
    slot(index);
    return termStarts.floorEntry(index).getValue();
  }

  void truncateFrom(long index) {
    if (index <= last()) {
      count = (int) Math.max(0, index - first);
      termStarts.tailMap(index, true).clear();
    }
  }

  /** Forgets everything; the next entry will have the index {@code next}. */
  void restartAt(long next) {
    count = 0;
    head = 0;
    first = next;
    termStarts.clear();
  }

  /** Forgets the entries below {@code index}. */
  void releaseBefore(long index) {
    int released = Math.clamp(index - first, 0, count);
    if (released == 0) {
      return;
    }
    long newFirst = first + released;
    if (released < count) {
      long term = termOf(newFirst);
      termStarts.headMap(newFirst, true).clear();
      termStarts.put(newFirst, term);
    } else {
      termStarts.clear();
    }
    head += released;
    count -= released;
    first = newFirst;
  }

  private long slot(long index) {
    if (!contains(index)) {
      throw new IllegalArgumentException(index + " is not in [" + first + ", " + last() + "]");
    }
    return slots[head + (int) (index - first)];
  }

  private void makeRoom() {
    int size = count > slots.length / 2 ? 2 * slots.length : slots.length;
    long[] target = size == slots.length ? slots : Arrays.copyOf(slots, size);
    System.arraycopy(slots, head, target, 0, count);
    slots = target;
    head = 0;
  }
}
