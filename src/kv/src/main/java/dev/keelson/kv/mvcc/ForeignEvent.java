package dev.keelson.kv.mvcc;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.proto.mvccpb.KeyValue;
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
public record ForeignEvent(long main, long sub, boolean deletion, @Nullable KeyValue row) {
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
    KeyValue row = keyValue.length == 0 ? null : parse(keyValue);
    if (row != null && !deletion) {
      requirePut(main, row);
    }
    return new ForeignEvent(main, StoreKeys.eventSub(revisionKey), deletion, row);
  }

  private static KeyValue parse(byte[] keyValue) {
    KeyValue row;
    try {
      row = KeyValue.parseFrom(keyValue);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("it is not a KeyValue: " + e.getMessage(), e);
    }
    if (row.getKey().isEmpty()) {
      throw new IllegalArgumentException("it has no key");
    }
    if (!row.getUnknownFields().asMap().isEmpty()) {
      throw new IllegalArgumentException("it has fields that this version does not know");
    }
    return row;
  }

  private static void requirePut(long main, KeyValue row) {
    long create = row.getCreateRevision();
    if (row.getModRevision() != main || create < 1 || create > main || row.getVersion() < 1) {
      throw new IllegalArgumentException(
          "created at "
              + create
              + ", modified at "
              + row.getModRevision()
              + ", version "
              + row.getVersion()
              + ", but it stands at revision "
              + main);
    }
  }
}
