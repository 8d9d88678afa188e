package dev.keelson.raft;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A contiguous run of entries that grows at the end and is dropped from either side: an array with
 * a moving head, so that neither dropping a prefix nor taking a slice costs more than it touches.
 */
final class EntryRun {
  private static final int INITIAL_CAPACITY = 64;
  private static final Entry[] NO_ENTRIES = {};

  private Entry[] slots = NO_ENTRIES;
  private int head;
  private int size;
  private long firstIndex;

  /** An empty run that begins at {@code firstIndex}. */
  EntryRun(long firstIndex) {
    this.firstIndex = firstIndex;
  }

  long firstIndex() {
    return firstIndex;
  }

  long lastIndex() {
    return firstIndex + size - 1;
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean contains(long index) {
    return index >= firstIndex && index < firstIndex + size;
  }

  Entry get(long index) {
    if (!contains(index)) {
      throw new IndexOutOfBoundsException(
          "index " + index + " is outside of [" + firstIndex + ", " + lastIndex() + "]");
    }
    return slots[head + (int) (index - firstIndex)];
  }

  void append(Entry entry) {
    if (entry.index() != firstIndex + size) {
      throw new IllegalStateException(
          "entry " + entry.index() + " appended behind " + lastIndex() + " leaves a gap");
    }
    if (head + size == slots.length) {
      makeRoom();
    }
    slots[head + size++] = entry;
  }

  /** Moves to the front when half the array is dropped, which keeps appending amortised O(1). */
  private void makeRoom() {
    if (head > slots.length / 2) {
      System.arraycopy(slots, head, slots, 0, size);
      Arrays.fill(slots, size, head + size, null);
    } else {
      Entry[] larger = new Entry[Math.max(INITIAL_CAPACITY, 2 * size)];
      System.arraycopy(slots, head, larger, 0, size);
      slots = larger;
    }
    head = 0;
  }

  /** Drops the entries at and behind {@code index}. */
  void truncateFrom(long index) {
    int keep = (int) (index - firstIndex);
    if (keep < size) {
      Arrays.fill(slots, head + keep, head + size, null);
      size = keep;
    }
  }

  /** Drops the entries before {@code index}; the run begins there from now on. */
  void dropBefore(long index) {
    int drop = (int) (index - firstIndex);
    Arrays.fill(slots, head, head + drop, null);
    head += drop;
    size -= drop;
    firstIndex = index;
    if (size == 0) {
      head = 0;
    }
  }

  /** Drops everything; the run begins at {@code index} from now on. */
  void restartAt(long index) {
    slots = NO_ENTRIES;
    head = 0;
    size = 0;
    firstIndex = index;
  }

  /** A fixed copy of the entries in {@code [lo, hi)} up to {@code maxBytes}, but at least one. */
  List<Entry> slice(long lo, long hi, long maxBytes) {
    int from = head + (int) (lo - firstIndex);
    int limit = head + (int) (hi - firstIndex);
    int to = limit;
    if (maxBytes != Long.MAX_VALUE) {
      long bytes = 0;
      for (to = from; to < limit; to++) {
        bytes += slots[to].sizeBytes();
        if (bytes > maxBytes && to > from) {
          break;
        }
      }
    }
    return Collections.unmodifiableList(Arrays.asList(Arrays.copyOfRange(slots, from, to)));
  }
}
