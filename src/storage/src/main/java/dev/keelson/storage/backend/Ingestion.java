package dev.keelson.storage.backend;

import java.nio.ByteBuffer;

/**
 * Rows of one family on their way into a {@link KvBackend}, past the memory that batches gather in.
 * Used by one thread at a time.
 *
 * <p>Rows are best given by ascending key: each stretch that ascends becomes a sorted table. Of
 * rows with one key the last counts. What has been given becomes visible and durable with {@link
 * #takeIn} at the latest, together with all that was written before.
 */
public interface Ingestion extends AutoCloseable {
  /**
   * Adds or replaces a row.
   *
   * @param keys holds the key
   * @param from where the key begins
   * @param length how long it is
   * @param value its remaining bytes, and the position may move; a direct buffer is taken without a
   *     copy
   */
  void put(byte[] keys, int from, int length, ByteBuffer value);

  /** Removes a row if it exists. */
  void delete(byte[] keys, int from, int length);

  /**
   * Makes what has been given part of the store. May wait until files have been merged. More rows
   * may follow.
   */
  void takeIn();

  /** Gives up what has not been taken in. */
  @Override
  void close();
}
