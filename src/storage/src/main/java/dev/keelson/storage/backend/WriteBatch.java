package dev.keelson.storage.backend;

/**
 * Writes that become visible, and survive a crash, all together or not at all. Not thread-safe;
 * reusable.
 */
public interface WriteBatch extends AutoCloseable {
  /** Adds or replaces a row. The arrays are copied. */
  void put(Family family, byte[] key, byte[] value);

  /** Removes a row if it exists. */
  void delete(Family family, byte[] key);

  /** Removes all rows in {@code [from, to)}. */
  void deleteRange(Family family, byte[] from, byte[] to);

  /** Number of operations added since the last {@link #clear}. */
  int count();

  /** Approximate size of the operations, in bytes. */
  long sizeBytes();

  /** Forgets all operations, so that the batch can be filled again. */
  void clear();

  @Override
  void close();
}
