package dev.keelson.storage.backend.memory;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An immutable ordered map of byte arrays: an AVL tree whose changes copy the path from the root.
 * Everything but {@link #find} is built on {@link #join}, after Blelloch, Ferizovic and Sun, "Just
 * Join for Parallel Ordered Sets" (SPAA 2016), section 3.
 *
 * <p>The empty map is null.
 */
@SuppressWarnings("ArrayRecordComponent")
record Rows(
    @Nullable Rows left, byte[] key, byte[] value, @Nullable Rows right, int height, long bytes) {

  /** Both halves around a key, which itself is in neither. */
  private record Halves(@Nullable Rows below, @Nullable Rows above) {}

  static byte @Nullable [] find(@Nullable Rows rows, byte[] key) {
    while (rows != null) {
      int order = Arrays.compareUnsigned(key, rows.key);
      if (order == 0) {
        return rows.value;
      }
      rows = order < 0 ? rows.left : rows.right;
    }
    return null;
  }

  static Rows put(@Nullable Rows rows, byte[] key, byte[] value) {
    Halves halves = split(rows, key);
    return join(halves.below, key, value, halves.above);
  }

  static @Nullable Rows delete(@Nullable Rows rows, byte[] key) {
    if (find(rows, key) == null) {
      return rows;
    }
    Halves halves = split(rows, key);
    return concatenate(halves.below, halves.above);
  }

  /** Without the rows of {@code [from, to)}. */
  static @Nullable Rows deleteRange(@Nullable Rows rows, byte[] from, byte[] to) {
    if (Arrays.compareUnsigned(from, to) >= 0) {
      return rows;
    }
    Rows below = split(rows, from).below;
    byte[] last = find(rows, to);
    Rows above = split(rows, to).above;
    return last == null ? concatenate(below, above) : join(below, to, last, above);
  }

  /** Sum of the lengths of all keys and values. */
  static long bytesOf(@Nullable Rows rows) {
    return rows == null ? 0 : rows.bytes;
  }

  private static int heightOf(@Nullable Rows rows) {
    return rows == null ? 0 : rows.height;
  }

  private static Rows node(@Nullable Rows left, byte[] key, byte[] value, @Nullable Rows right) {
    return new Rows(
        left,
        key,
        value,
        right,
        1 + Math.max(heightOf(left), heightOf(right)),
        bytesOf(left) + key.length + value.length + bytesOf(right));
  }

  /** All of {@code left}, the row, all of {@code right}, which must be in this order. */
  private static Rows join(@Nullable Rows left, byte[] key, byte[] value, @Nullable Rows right) {
    if (left != null && left.height > heightOf(right) + 1) {
      return balance(left.left, left.key, left.value, join(left.right, key, value, right));
    }
    if (right != null && right.height > heightOf(left) + 1) {
      return balance(join(left, key, value, right.left), right.key, right.value, right.right);
    }
    return node(left, key, value, right);
  }

  /** A node of two balanced trees whose heights differ by at most two. */
  private static Rows balance(@Nullable Rows left, byte[] key, byte[] value, @Nullable Rows right) {
    if (left != null && left.height > heightOf(right) + 1) {
      Rows middle = left.right;
      if (middle == null || heightOf(left.left) >= middle.height) {
        return node(left.left, left.key, left.value, node(middle, key, value, right));
      }
      return node(
          node(left.left, left.key, left.value, middle.left),
          middle.key,
          middle.value,
          node(middle.right, key, value, right));
    }
    if (right != null && right.height > heightOf(left) + 1) {
      Rows middle = right.left;
      if (middle == null || heightOf(right.right) >= middle.height) {
        return node(node(left, key, value, middle), right.key, right.value, right.right);
      }
      return node(
          node(left, key, value, middle.left),
          middle.key,
          middle.value,
          node(middle.right, right.key, right.value, right.right));
    }
    return node(left, key, value, right);
  }

  private static Halves split(@Nullable Rows rows, byte[] key) {
    if (rows == null) {
      return new Halves(null, null);
    }
    int order = Arrays.compareUnsigned(key, rows.key);
    if (order == 0) {
      return new Halves(rows.left, rows.right);
    }
    if (order < 0) {
      Halves halves = split(rows.left, key);
      return new Halves(halves.below, join(halves.above, rows.key, rows.value, rows.right));
    }
    Halves halves = split(rows.right, key);
    return new Halves(join(rows.left, rows.key, rows.value, halves.below), halves.above);
  }

  private static @Nullable Rows concatenate(@Nullable Rows left, @Nullable Rows right) {
    if (right == null) {
      return left;
    }
    Rows first = right;
    while (first.left != null) {
      first = first.left;
    }
    return join(left, first.key, first.value, split(right, first.key).above);
  }
}
