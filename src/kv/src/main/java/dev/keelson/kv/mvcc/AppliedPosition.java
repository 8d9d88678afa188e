package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Reader;
import java.nio.ByteBuffer;

/**
 * How far the log has been carried out.
 *
 * @param index the last entry whose effects are in the store
 * @param term the term of that entry
 * @param revision the newest revision then
 */
public record AppliedPosition(long index, long term, long revision) {
  private static final AppliedPosition START = new AppliedPosition(0, 0, MvccStore.FIRST_REVISION);

  /** Reads the position that belongs to the other rows of the reader. */
  public static AppliedPosition read(Reader reader) {
    byte[] stored = reader.get(Families.META, StoreKeys.APPLIED);
    if (stored == null) {
      return START;
    }
    ByteBuffer in = ByteBuffer.wrap(stored);
    return new AppliedPosition(in.getLong(), in.getLong(), in.getLong());
  }

  byte[] encode() {
    return ByteBuffer.allocate(3 * Long.BYTES)
        .putLong(index)
        .putLong(term)
        .putLong(revision)
        .array();
  }
}
