package dev.keelson.kv.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * A row of etcd's {@code key} bucket that was written by another program, checked.
 *
 * @param main the revision
 * @param sub the position within the transaction
 * @param deletion whether the key was deleted; otherwise it was put
 * @param row the key and, for a put, all the rest; null if the row stands for a revision only, as
 *     etcdutl writes it when it raises the revision
 */
public record ForeignEvent(long main, long sub, boolean deletion, @Nullable ForeignRow row) {
  /**
   * Decodes a row.
   *
   * @param revisionKey the key in the bucket
   * @param keyValue the value
   * @throws IllegalArgumentException if it is not what etcd writes; the message says what is wrong
   */
  public static ForeignEvent of(byte[] revisionKey, byte[] keyValue) {
    StoreKeys.requireEvent(revisionKey);
    long main = StoreKeys.eventMain(revisionKey);
    boolean deletion = StoreKeys.isDeletion(revisionKey);
    ForeignRow row = keyValue.length == 0 ? null : parse(keyValue);
    if (row != null && !deletion) {
      requirePut(main, row);
    }
    return new ForeignEvent(main, StoreKeys.eventSub(revisionKey), deletion, row);
  }

  private static ForeignRow parse(byte[] keyValue) {
    ForeignRow row = ForeignRow.parse(keyValue);
    if (row.key().length == 0) {
      throw new IllegalArgumentException("it has no key");
    }
    return row;
  }

  private static void requirePut(long main, ForeignRow row) {
    long create = row.createRevision();
    if (row.modRevision() != main || create < 1 || create > main || row.version() < 1) {
      throw new IllegalArgumentException(
          "created at "
              + create
              + ", modified at "
              + row.modRevision()
              + ", version "
              + row.version()
              + ", but it stands at revision "
              + main);
    }
  }
}
