package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a {@code (key, range_end)} pair of etcd's API means: one key when range_end is
 * empty, all keys from {@code key} on when it is a single zero byte, otherwise {@code [key,
 * range_end)}. Keys compare as unsigned bytes.
 *
 * @param from first key, inclusive
 * @param to end, exclusive; null when the range has no end
 * @param single whether exactly one key is meant
 */
@SuppressWarnings("ArrayRecordComponent")
public record KeyRange(byte[] from, byte @Nullable [] to, boolean single) {
  /** The range of a request's fields. */
  public static KeyRange of(ByteString key, ByteString rangeEnd) {
    return of(key.toByteArray(), rangeEnd.toByteArray());
  }

  /** The range of a request's fields. */
  public static KeyRange of(byte[] key, byte[] rangeEnd) {
    if (rangeEnd.length == 0) {
      return new KeyRange(key, successor(key), true);
    }
    if (rangeEnd.length == 1 && rangeEnd[0] == 0) {
      // "\0" as the key means from the very first one; so does "\0" as the first possible key
      return new KeyRange(key, null, false);
    }
    return new KeyRange(key, rangeEnd, false);
  }

  /** Whether no key can be in the range. */
  public boolean isEmpty() {
    return to != null && Arrays.compareUnsigned(from, to) >= 0;
  }

  /** Whether {@code key} is in the range. */
  public boolean contains(byte[] key) {
    return Arrays.compareUnsigned(key, from) >= 0
        && (to == null || Arrays.compareUnsigned(key, to) < 0);
  }

  /** The smallest key greater than {@code key}. */
  private static byte[] successor(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }
}
