package dev.keelson.kv.txn;

import java.util.Arrays;

/**
 * Encoded {@code mvccpb.KeyValue} messages, each the tail of an array, ready to be spliced into a
 * response.
 */
public final class KeyValues {
  /** No rows; never added to. */
  public static final KeyValues NONE = new KeyValues(0, new AnswerBudget(0));

  /** No rows, although there are some: they are too large to be held. */
  static final KeyValues CUT_OFF = new KeyValues(0, new AnswerBudget(0));

  static {
    CUT_OFF.whole = false;
  }

  private final AnswerBudget budget;
  private byte[][] buffers;
  private int[] offsets;
  private int size;
  private long sizeBytes;
  private boolean whole = true;

  KeyValues(int expected, AnswerBudget budget) {
    this.budget = budget;
    buffers = new byte[expected][];
    offsets = new int[expected];
  }

  /** Adds a row; false if the budget does not allow it. */
  boolean add(byte[] buffer, int offset) {
    if (!budget.take(buffer.length - offset)) {
      whole = false;
      return false;
    }
    if (size == buffers.length) {
      int grown = Math.max(8, size * 2);
      buffers = Arrays.copyOf(buffers, grown);
      offsets = Arrays.copyOf(offsets, grown);
    }
    buffers[size] = buffer;
    offsets[size++] = offset;
    sizeBytes += buffer.length - offset;
    return true;
  }

  /** Whether the budget allowed every row that was to be added. */
  public boolean isWhole() {
    return whole;
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
