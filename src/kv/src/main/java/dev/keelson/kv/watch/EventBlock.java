package dev.keelson.kv.watch;

import java.util.Arrays;

/**
 * Encoded events of one group of watchers, in (main, sub) order; shared by all their responses and
 * never modified once built.
 */
final class EventBlock {
  static final EventBlock EMPTY = new EventBlock();

  private static final int INITIAL_EVENTS = 4;

  private long[] revisions = new long[INITIAL_EVENTS];
  private byte[][] encoded = new byte[INITIAL_EVENTS][];
  private int size;

  /** Appends while the block is being built. */
  void add(long revision, byte[] event) {
    if (size == encoded.length) {
      revisions = Arrays.copyOf(revisions, size * 2);
      encoded = Arrays.copyOf(encoded, size * 2);
    }
    revisions[size] = revision;
    encoded[size] = event;
    size++;
  }

  int size() {
    return size;
  }

  long revision(int index) {
    return revisions[index];
  }

  byte[] event(int index) {
    return encoded[index];
  }

  /** The first event at or after {@code revision}; {@link #size()} when there is none. */
  int indexOf(long revision) {
    int index = 0;
    while (index < size && revisions[index] < revision) {
      index++;
    }
    return index;
  }
}
