package dev.keelson.kv.txn;

import java.util.Arrays;

/**
 * Encoded {@code mvccpb.KeyValue} messages, each the tail of an array, ready to be spliced into a
 * response.
 */
public final class KeyValues {
  /** No rows; never added to. */
  public static final KeyValues NONE = new KeyValues(0);

  private byte[][] buffers;
  private int[] offsets;
  private int size;
  private long sizeBytes;

  KeyValues(int expected) {
    buffers = new byte[expected][];
    offsets = new int[expected];
  }

  void add(byte[] buffer, int offset) {
    if (size == buffers.length) {
      int grown = Math.max(8, size * 2);
      buffers = Arrays.copyOf(buffers, grown);
      offsets = Arrays.copyOf(offsets, grown);
    }
    buffers[size] = buffer;
    offsets[size++] = offset;
    sizeBytes += buffer.length - offset;
  }

  public int size() {
    return size;
  }

  /** The sum of the encoded sizes. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** The array that holds row {@code i} from {@link #offset} to its end. */
  public byte[] buffer(int i) {
    return buffers[i];
  }

  public int offset(int i) {
    return offsets[i];
  }
}
