package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Reader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the counts of live keys per chunk as apply changes them: a sparse index over the key space
 * whose chunks split at {@value #SPLIT} keys. Owned by the apply thread; readers use the frozen
 * {@link KeyCounts}.
 *
 * <p>It is stored with the applied index it belongs to. Found with another one at start (the
 * process died between flushes that were not of its own making) it is rebuilt by one scan.
 */
final class CountIndex {
  private static final int SPLIT = 4096;
  private static final byte[] START = {};

  /** How often a chunk may exceed its size and still be halved until it fits. */
  private static final int SPLITS_BY_HALVES = 4;

  private final int split;
  private byte[][] lower = {START};
  private long[] counts = {0};
  private int size = 1;
  private @Nullable KeyCounts frozen;
  private boolean splitWanted;

  /** The greatest key that was {@link #loaded}. */
  private byte[] greatest = START;

  CountIndex() {
    this(SPLIT);
  }

  /**
   * @param split how many keys a chunk may hold; for tests
   */
  CountIndex(int split) {
    this.split = split;
  }

  /** How many chunks there are. */
  int chunks() {
    return size;
  }

  void inserted(byte[] key) {
    int chunk = KeyCounts.chunkOf(lower, size, key);
    own();
    if (++counts[chunk] > split) {
      splitWanted = true;
    }
  }

  /**
   * As {@link #inserted}, while a store is filled. Keys that come in ascending order begin new
   * chunks, with no need to look for their middle afterwards.
   */
  void loaded(byte[] key) {
    int last = size - 1;
    if (Arrays.compareUnsigned(key, greatest) < 0) {
      inserted(key);
      return;
    }
    greatest = key;
    if (counts[last] < split / 2) {
      own();
      counts[last]++;
    } else {
      insertChunk(size, key, 1);
    }
  }

  /** Ends the filling of a store, all of which {@code reader} must show. */
  void settleAfterLoad(Reader reader) {
    long excess = 0;
    for (int chunk = 0; chunk < size; chunk++) {
      excess = Math.max(excess, counts[chunk] / split);
    }
    if (excess > SPLITS_BY_HALVES) {
      rebuild(reader); // each halving walks half the chunk: one walk over everything is less
    } else {
      settle(reader);
    }
  }

  void deleted(byte[] key) {
    int chunk = KeyCounts.chunkOf(lower, size, key);
    own();
    counts[chunk]--;
    if (counts[chunk] < 0) {
      throw new IllegalStateException("chunk " + chunk + " of " + size + " counts below zero");
    }
    if (size > 1 && counts[chunk] <= split / 8) {
      mergeIfSparse(chunk);
    }
  }

  /** The counts as they are now; later changes do not show in it. */
  KeyCounts freeze() {
    KeyCounts result = frozen;
    if (result == null) {
      result = new KeyCounts(lower, counts, size);
      frozen = result;
    }
    return result;
  }

  /** Splits chunks that grew too large; {@code reader} must show every change made so far. */
  void settle(Reader reader) {
    if (!splitWanted) {
      return;
    }
    splitWanted = false;
    for (int chunk = 0; chunk < size; chunk++) {
      while (counts[chunk] > split) {
        split(reader, chunk);
      }
    }
  }

  /** Counts everything anew. */
  void rebuild(Reader reader) {
    lower = new byte[][] {START};
    counts = new long[] {0};
    size = 1;
    frozen = null;
    try (Cursor cursor = reader.ascending(Families.CURRENT, START, null)) {
      while (cursor.next()) {
        if (counts[size - 1] == split / 2) {
          insertChunk(size, cursor.key(), 0);
        }
        counts[size - 1]++;
      }
    }
  }

  /** The stored form, tagged with the applied index whose state it counts. */
  byte[] encode(long appliedIndex) {
    int length = 12;
    for (int chunk = 0; chunk < size; chunk++) {
      length += 12 + lower[chunk].length;
    }
    ByteBuffer out = ByteBuffer.allocate(length).putLong(appliedIndex).putInt(size);
    for (int chunk = 0; chunk < size; chunk++) {
      out.putLong(counts[chunk]).putInt(lower[chunk].length).put(lower[chunk]);
    }
    return out.array();
  }

  /** Takes over a stored form; false when it belongs to another applied index. */
  boolean load(byte @Nullable [] stored, long appliedIndex) {
    if (stored == null || ByteBuffer.wrap(stored).getLong() != appliedIndex) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(stored, 8, stored.length - 8);
    size = in.getInt();
    lower = new byte[size][];
    counts = new long[size];
    for (int chunk = 0; chunk < size; chunk++) {
      counts[chunk] = in.getLong();
      lower[chunk] = new byte[in.getInt()];
      in.get(lower[chunk]);
    }
    frozen = null;
    return true;
  }

  private void split(Reader reader, int chunk) {
    byte[] end = chunk + 1 < size ? lower[chunk + 1] : null;
    long half = counts[chunk] / 2;
    long seen = 0;
    byte[] middle = null;
    try (Cursor cursor = reader.ascending(Families.CURRENT, lower[chunk], end)) {
      while (middle == null && cursor.next()) {
        if (seen++ == half) {
          middle = cursor.key();
        }
      }
    }
    if (middle == null) {
      throw new IllegalStateException("chunk counts " + counts[chunk] + " keys but holds " + seen);
    }
    own();
    long right = counts[chunk] - half;
    counts[chunk] = half;
    insertChunk(chunk + 1, middle, right);
  }

  /**
   * Merges a nearly empty chunk into a neighbour that leaves room to grow; an empty one into any.
   */
  private void mergeIfSparse(int chunk) {
    if (chunk > 0 && counts[chunk - 1] + counts[chunk] <= split / 2) {
      merge(chunk - 1);
    } else if (chunk + 1 < size && counts[chunk] + counts[chunk + 1] <= split / 2) {
      merge(chunk);
    } else if (counts[chunk] == 0) {
      merge(Math.max(0, chunk - 1));
    }
  }

  private void merge(int left) {
    counts[left] += counts[left + 1];
    byte[][] bounds = lower.clone();
    System.arraycopy(bounds, left + 2, bounds, left + 1, size - left - 2);
    System.arraycopy(counts, left + 2, counts, left + 1, size - left - 2);
    lower = bounds;
    size--;
  }

  private void insertChunk(int at, byte[] bound, long count) {
    byte[][] bounds = Arrays.copyOf(lower, Math.max(size + 1, size + size / 8));
    long[] grown = Arrays.copyOf(counts, bounds.length);
    System.arraycopy(bounds, at, bounds, at + 1, size - at);
    System.arraycopy(grown, at, grown, at + 1, size - at);
    bounds[at] = bound;
    grown[at] = count;
    lower = bounds;
    counts = grown;
    size++;
    frozen = null;
  }

  /** Copies what a frozen view shares, once per freeze. */
  private void own() {
    if (frozen != null) {
      counts = counts.clone();
      frozen = null;
    }
  }
}
