package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Reader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How many live keys each chunk of the key space holds, frozen at one revision. With it the exact
 * {@code count} of a limited range costs two scans of a part of a chunk, however many keys lie
 * between them.
 */
final class KeyCounts {
  private final byte[][] lower;
  private final long[] counts;
  private final int size;

  /**
   * @param lower the first key of each chunk, ascending; the first is empty; shared, not modified
   *     while in use here
   * @param counts live keys per chunk
   * @param size number of chunks
   */
  KeyCounts(byte[][] lower, long[] counts, int size) {
    this.lower = lower;
    this.counts = counts;
    this.size = size;
  }

  long total() {
    long sum = 0;
    for (int chunk = 0; chunk < size; chunk++) {
      sum += counts[chunk];
    }
    return sum;
  }

  /**
   * The exact number of live keys in {@code range}; {@code reader} must show the revision of these
   * counts.
   */
  long count(Reader reader, KeyRange range) {
    if (range.isEmpty()) {
      return 0;
    }
    int first = chunkOf(lower, size, range.from());
    int last = range.to() == null ? size - 1 : chunkOf(lower, size, range.to());
    if (first == last) {
      return coversWhole(range, first) ? counts[first] : scan(reader, range.from(), range.to());
    }
    long sum =
        Arrays.equals(range.from(), lower[first])
            ? counts[first]
            : scan(reader, range.from(), lower[first + 1]);
    for (int chunk = first + 1; chunk < last; chunk++) {
      sum += counts[chunk];
    }
    return sum + (range.to() == null ? counts[last] : scan(reader, lower[last], range.to()));
  }

  private boolean coversWhole(KeyRange range, int chunk) {
    return chunk == size - 1 && range.to() == null && Arrays.equals(range.from(), lower[chunk]);
  }

  static long scan(Reader reader, byte[] from, byte @Nullable [] to) {
    long sum = 0;
    try (Cursor cursor = reader.ascending(Families.CURRENT, from, to)) {
      while (cursor.next()) {
        sum++;
      }
    }
    return sum;
  }

  /** The chunk that {@code key} belongs to: the last whose lower bound is not above it. */
  static int chunkOf(byte[][] lower, int size, byte[] key) {
    int low = 0;
    int high = size - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Arrays.compareUnsigned(lower[middle], key) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
