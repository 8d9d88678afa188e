package dev.keelson.kv.mvcc;

import java.util.Arrays;
import java.util.List;

/**
 * One change of one key, as the apply thread publishes it and as catch-up reads it back.
 *
 * @param deletion whether the key was deleted; otherwise it was put
 * @param key the user key
 * @param main the main revision: that of the transaction
 * @param sub the position within the transaction, from 0
 * @param keyValue the change as an encoded {@code mvccpb.KeyValue}: the full row for a put; only
 *     key and mod_revision for a deletion. Shared, never modified
 * @param createRevision create_revision of the row put; 0 for a deletion
 * @param previous where the row is that the key had before the transaction, or {@link
 *     Revision#NONE}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Event(
    boolean deletion,
    byte[] key,
    long main,
    long sub,
    byte[] keyValue,
    long createRevision,
    Revision previous) {
  /** The first of a transaction's events that concerns the key; there must be one. */
  static Event firstOf(List<Event> events, byte[] key) {
    for (Event each : events) {
      if (Arrays.equals(each.key, key)) {
        return each;
      }
    }
    throw new IllegalStateException("no earlier event of a key that was written twice");
  }

  /** Bytes this event weighs in a bounded buffer. */
  public int sizeBytes() {
    return key.length + keyValue.length + 96;
  }
}
