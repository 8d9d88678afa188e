package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Reader;
import dev.keelson.storage.backend.WriteBatch;
import dev.keelson.storage.bbolt.BoltWriter;
import java.nio.ByteBuffer;

/**
 * How many bytes the rows of {@link Families#EVENTS} take in the leaves of a snapshot file. The sum
 * is a row of its own, written in the same batches as the rows it counts, so that every view knows
 * how long a file of it gets at most without walking over it.
 *
 * <p>Members that have carried out a compaction to different degrees differ in it. Apply thread
 * only.
 */
public final class EventBytes {
  private long bytes;
  private boolean changed;

  /** Takes over what is stored, or adds up the rows of a store that was made without the sum. */
  void load(Reader reader) {
    byte[] stored = reader.get(Families.META, StoreKeys.EVENT_BYTES);
    changed = stored == null;
    bytes = stored == null ? count(reader) : decode(stored);
  }

  private static long count(Reader reader) {
    long sum = 0;
    try (Cursor rows = reader.scan(Families.EVENTS, new byte[0], null)) {
      while (rows.next()) {
        sum += of(rows.key(), rows.value());
      }
    }
    return sum;
  }

  void added(byte[] eventKey, byte[] row) {
    bytes += of(eventKey, row);
    changed = true;
  }

  /** A row is there no more that took so much. */
  void removed(int rowBytes) {
    bytes -= rowBytes;
    changed = true;
  }

  /** What a row takes. */
  static int of(byte[] eventKey, byte[] row) {
    return (int) BoltWriter.rowBytes(eventKey.length, row.length - Row.keyValueOffset(row));
  }

  /** Adds the sum to a batch with which everything counted so far is written. */
  void writeTo(WriteBatch batch) {
    if (changed) {
      batch.put(Families.META, StoreKeys.EVENT_BYTES, encode());
      changed = false;
    }
  }

  byte[] encode() {
    return ByteBuffer.allocate(Long.BYTES).putLong(bytes).array();
  }

  private static long decode(byte[] stored) {
    return ByteBuffer.wrap(stored).getLong();
  }

  /**
   * The sum at a view, for all that is stored there: a compaction that is not finished may keep
   * less.
   */
  public static long at(View view) {
    byte[] stored = view.reader().get(Families.META, StoreKeys.EVENT_BYTES);
    return stored == null ? count(view.reader()) : decode(stored);
  }

  /** How long the keys of the rows are, at most. */
  public static int keyBytesMax() {
    return StoreKeys.EVENT_LENGTH_MAX;
  }
}
