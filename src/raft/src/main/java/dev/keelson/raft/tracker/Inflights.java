package dev.keelson.raft.tracker;

/**
 * The appends on the way to one follower, bounded by number and by bytes. A ring that grows to its
 * limit on demand, so that many idle followers cost little.
 */
public final class Inflights {
  private static final int INITIAL_CAPACITY = 16;

  private final int maxMessages;
  private final long maxBytes;

  private long[] lastIndexes = new long[0];
  private long[] sizes = new long[0];
  private int head;
  private int count;
  private long bytes;

  /**
   * @param maxMessages appends that may be on the way at once; at least 1
   * @param maxBytes payload bytes after which the window is full; 0 for no limit. A message that
   *     starts below the limit may pass it.
   */
  public Inflights(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  /**
   * Notes an append whose last entry is {@code lastIndex}.
   *
   * @throws IllegalStateException if the window is full
   */
  public void add(long lastIndex, long messageBytes) {
    if (isFull()) {
      throw new IllegalStateException(
          "append of "
              + messageBytes
              + " bytes up to index "
              + lastIndex
              + " added to a full window of "
              + count
              + " messages, "
              + bytes
              + " bytes");
    }
    if (count == lastIndexes.length) {
      grow();
    }
    int slot = (head + count) % lastIndexes.length;
    lastIndexes[slot] = lastIndex;
    sizes[slot] = messageBytes;
    count++;
    bytes += messageBytes;
  }

  private void grow() {
    int capacity = Math.min(maxMessages, Math.max(INITIAL_CAPACITY, 2 * lastIndexes.length));
    long[] newIndexes = new long[capacity];
    long[] newSizes = new long[capacity];
    for (int i = 0; i < count; i++) {
      int slot = (head + i) % lastIndexes.length;
      newIndexes[i] = lastIndexes[slot];
      newSizes[i] = sizes[slot];
    }
    lastIndexes = newIndexes;
    sizes = newSizes;
    head = 0;
  }

  /** Forgets the appends acknowledged by an answer for {@code index}. */
  public void freeUpTo(long index) {
    while (count > 0 && lastIndexes[head] <= index) {
      bytes -= sizes[head];
      head = (head + 1) % lastIndexes.length;
      count--;
    }
  }

  /** Whether nothing more may be sent until something is acknowledged. */
  public boolean isFull() {
    return count == maxMessages || (maxBytes != 0 && bytes >= maxBytes);
  }

  /** Appends on the way. */
  public int count() {
    return count;
  }

  /** Payload bytes on the way. */
  public long bytes() {
    return bytes;
  }

  /** Forgets everything. */
  public void reset() {
    head = 0;
    count = 0;
    bytes = 0;
  }
}
