package dev.keelson.storage.backend;

/** A one-way walk over rows. Not thread-safe; must be closed, before the snapshot it came from. */
public interface Cursor extends AutoCloseable {
  /** Moves to the next row; false when there is none, and from then on. */
  boolean next();

  /** The current row's key; valid after {@link #next} returned true. The array is the caller's. */
  byte[] key();

  /**
   * The current row's value; valid after {@link #next} returned true. The array is the caller's.
   */
  byte[] value();

  @Override
  void close();
}
