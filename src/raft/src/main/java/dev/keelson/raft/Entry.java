package dev.keelson.raft;

/**
 * One entry of the replicated log.
 *
 * @param term the term of the leader that appended it; at least 1
 * @param index its position in the log; the first entry has index 1
 * @param type what the payload is
 * @param data the payload; empty for the entry a new leader appends to commit its term. Shared,
 *     never modified after construction.
 */
@SuppressWarnings("ArrayRecordComponent")
public record Entry(long term, long index, EntryType type, byte[] data) {
  /**
   * Bytes this entry counts for in message and inflight limits: the payload plus its fixed fields.
   */
  public int sizeBytes() {
    return data.length + 24;
  }
}
