package dev.keelson.storage.bbolt;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A branch or a leaf whose elements were checked: each within the page, keys ascending and within
 * the bounds that the branches above give.
 */
final class BoltPage {
  private static final int ELEMENT_BYTES = 16;
  private static final int KEY_BYTES_MAX = 32768;

  private final long id;
  private final byte[] bytes;
  private final ByteBuffer in;
  private final boolean leaf;
  private final int count;

  /**
   * Takes over the bytes of a page, header and overflow pages included.
   *
   * @param id the page, for messages
   * @param bytes header first
   * @throws BoltException if it is neither a branch nor a leaf, or has elements out of bounds
   */
  BoltPage(long id, byte[] bytes) throws BoltException {
    this.id = id;
    this.bytes = bytes;
    in = BoltLayout.page(ByteBuffer.wrap(bytes));
    short flags = in.getShort(8);
    if (flags != BoltLayout.LEAF && flags != BoltLayout.BRANCH) {
      throw BoltException.at(id, "flags 0x%02x are neither of branch nor leaf".formatted(flags));
    }
    leaf = flags == BoltLayout.LEAF;
    count = in.getShort(10) & 0xffff;
    if (!leaf && count == 0) {
      throw BoltException.at(id, "a branch without children");
    }
    if (element(count) > bytes.length) {
      throw BoltException.at(id, count + " elements do not fit");
    }
    for (int i = 0; i < count; i++) {
      checkBounds(i);
    }
  }

  private void checkBounds(int i) throws BoltException {
    long start = element(i) + (in.getInt(positionAt(i)) & 0xffffffffL);
    long keyLength = in.getInt(positionAt(i) + 4) & 0xffffffffL;
    long valueLength = leaf ? in.getInt(element(i) + 12) & 0xffffffffL : 0;
    if (keyLength == 0 || keyLength > KEY_BYTES_MAX) {
      throw BoltException.at(id, "element %d has a key of %d bytes".formatted(i, keyLength));
    }
    if (start < element(count) || start + keyLength + valueLength > bytes.length) {
      throw BoltException.at(id, "element %d reaches out of the page".formatted(i));
    }
  }

  /**
   * Checks the order of the keys.
   *
   * @param from not above the first key; null for no bound
   * @param to above the last key; null for no bound
   */
  void checkOrder(byte @Nullable [] from, byte @Nullable [] to) throws BoltException {
    for (int i = 0; i < count; i++) {
      int start = keyStart(i);
      int end = start + keyLength(i);
      if (i > 0
          && Arrays.compareUnsigned(
                  bytes, keyStart(i - 1), keyStart(i - 1) + keyLength(i - 1), bytes, start, end)
              >= 0) {
        throw BoltException.at(id, "the key of element %d is out of order".formatted(i));
      }
      if (i == 0
          && from != null
          && Arrays.compareUnsigned(from, 0, from.length, bytes, start, end) > 0) {
        throw BoltException.at(id, "the first key is below that of its parent");
      }
      if (i == count - 1
          && to != null
          && Arrays.compareUnsigned(bytes, start, end, to, 0, to.length) >= 0) {
        throw BoltException.at(id, "the last key is not below the next page's first");
      }
    }
  }

  long id() {
    return id;
  }

  boolean isLeaf() {
    return leaf;
  }

  int count() {
    return count;
  }

  int sizeBytes() {
    return bytes.length;
  }

  byte[] key(int i) {
    int start = keyStart(i);
    return Arrays.copyOfRange(bytes, start, start + keyLength(i));
  }

  /** The child of a branch. */
  long child(int i) {
    return in.getLong(element(i) + 8);
  }

  /** The flags of a leaf's element: 1 for a bucket. */
  int flags(int i) {
    return in.getInt(element(i));
  }

  byte[] value(int i) {
    int start = keyStart(i) + keyLength(i);
    return Arrays.copyOfRange(bytes, start, start + in.getInt(element(i) + 12));
  }

  private int keyStart(int i) {
    return element(i) + in.getInt(positionAt(i));
  }

  private int keyLength(int i) {
    return in.getInt(positionAt(i) + 4);
  }

  /** Leaf elements start with flags, branch elements with the position. */
  private int positionAt(int i) {
    return element(i) + (leaf ? 4 : 0);
  }

  private static int element(int i) {
    return BoltLayout.PAGE_HEADER_BYTES + i * ELEMENT_BYTES;
  }
}
