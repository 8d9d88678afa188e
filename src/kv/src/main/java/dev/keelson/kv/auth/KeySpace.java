package dev.keelson.kv.auth;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A set of keys, made of ranges as requests and permissions name them. The one place that decides
 * whether a range lies within what was granted: reads, nested operations, previous values, watches
 * and leases all ask here.
 *
 * <p>Ranges that overlap or touch count as one, so a range may be covered by several grants
 * together. Immutable.
 */
public final class KeySpace {
  private static final Comparator<Interval> BY_START =
      (left, right) -> Arrays.compareUnsigned(left.from, right.from);

  /** Disjoint, not touching, ascending. */
  private final Interval[] intervals;

  /** From inclusive; to exclusive, null for no end. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Interval(byte[] from, byte @Nullable [] to) {}

  private KeySpace(Interval[] intervals) {
    this.intervals = intervals;
  }

  /** Gathers ranges. */
  static final class Builder {
    private final List<Interval> ranges = new ArrayList<>();

    /** Adds the keys that a {@code (key, range_end)} pair means. */
    void add(ByteString key, ByteString rangeEnd) {
      byte[] from = key.toByteArray();
      byte[] to = end(from, rangeEnd);
      if (to == null || Arrays.compareUnsigned(from, to) < 0) {
        ranges.add(new Interval(from, to));
      }
    }

    KeySpace build() {
      ranges.sort(BY_START);
      List<Interval> merged = new ArrayList<>();
      for (Interval next : ranges) {
        Interval last = merged.isEmpty() ? null : merged.getLast();
        if (last == null || (last.to != null && Arrays.compareUnsigned(last.to, next.from) < 0)) {
          merged.add(next);
        } else if (last.to != null && (next.to == null || isBefore(last.to, next.to))) {
          merged.set(merged.size() - 1, new Interval(last.from, next.to));
        }
      }
      return new KeySpace(merged.toArray(Interval[]::new));
    }

    private static boolean isBefore(byte[] left, byte[] right) {
      return Arrays.compareUnsigned(left, right) < 0;
    }
  }

  /** Where a range ends, exclusively; null for nowhere. */
  private static byte @Nullable [] end(byte[] key, ByteString rangeEnd) {
    if (rangeEnd.isEmpty()) {
      return Arrays.copyOf(key, key.length + 1);
    }
    return isOpen(rangeEnd) ? null : rangeEnd.toByteArray();
  }

  /** Whether a {@code range_end} means that there is no end: a single zero byte. */
  static boolean isOpen(ByteString rangeEnd) {
    return rangeEnd.size() == 1 && rangeEnd.byteAt(0) == 0;
  }

  /**
   * Whether every key of the range that a {@code (key, range_end)} pair means belongs to this set.
   * Of a range that ends before it begins only the first key is looked at, as in etcd.
   */
  public boolean covers(ByteString key, ByteString rangeEnd) {
    int low = 0;
    int high = intervals.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (compare(intervals[middle].from, key) <= 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    if (high < 0) {
      return false;
    }
    // the last interval that begins at or before the key is the only one that can hold it
    byte[] to = intervals[high].to;
    if (to == null) {
      return true;
    }
    if (compare(to, key) <= 0 || isOpen(rangeEnd)) {
      return false;
    }
    return rangeEnd.isEmpty() || compare(to, rangeEnd) >= 0;
  }

  /** Whether there is no key outside of this set. */
  public boolean coversAll() {
    return intervals.length == 1
        && intervals[0].to == null
        && (intervals[0].from.length == 0
            || (intervals[0].from.length == 1 && intervals[0].from[0] == 0));
  }

  /** Compares as unsigned bytes, without copying the key. */
  private static int compare(byte[] left, ByteString right) {
    int shared = Math.min(left.length, right.size());
    for (int i = 0; i < shared; i++) {
      int difference = (left[i] & 0xff) - (right.byteAt(i) & 0xff);
      if (difference != 0) {
        return difference;
      }
    }
    return left.length - right.size();
  }
}
