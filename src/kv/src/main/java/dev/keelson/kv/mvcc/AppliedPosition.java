package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Reader;
import java.nio.ByteBuffer;

/**
 * How far the log has been carried out.
 *
 * @param index the last entry whose effects are in the store
 * @param term the term of that entry
 * @param revision the newest revision then
 * @param digest the digest of all that was done
 * @param timeMillis when that entry was written, by the leaders' clocks: milliseconds since the
 *     epoch, never falling; 0 if no entry said so yet
 */
public record AppliedPosition(long index, long term, long revision, long digest, long timeMillis) {
  private static final AppliedPosition START =
      new AppliedPosition(0, 0, MvccStore.FIRST_REVISION, 0, 0);

  /** Reads the position that belongs to the other rows of the reader. */
  public static AppliedPosition read(Reader reader) {
    byte[] stored = reader.get(Families.META, StoreKeys.APPLIED);
    if (stored == null) {
      return START;
    }
    ByteBuffer in = ByteBuffer.wrap(stored);
    return new AppliedPosition(
        in.getLong(), in.getLong(), in.getLong(), laterField(in), laterField(in));
  }

  /** A field that rows written before it was there do not have. */
  private static long laterField(ByteBuffer in) {
    return in.hasRemaining() ? in.getLong() : 0;
  }

  byte[] encode() {
    return ByteBuffer.allocate(5 * Long.BYTES)
        .putLong(index)
        .putLong(term)
        .putLong(revision)
        .putLong(digest)
        .putLong(timeMillis)
        .array();
  }
}
