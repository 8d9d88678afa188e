package dev.keelson.storage.backend;

import org.jspecify.annotations.Nullable;

/**
 * Reads of a {@link KvBackend}, of its newest state or of a {@link Snapshot}. Keys compare as
 * unsigned bytes.
 */
public interface Reader {
  /** The value of {@code key}, or null when it does not exist. The array is the caller's. */
  byte @Nullable [] get(Family family, byte[] key);

  /**
   * A cursor over {@code [from, to)} in ascending key order, positioned before the first row. Close
   * it.
   *
   * @param from first key, inclusive; empty for the start of the family
   * @param to end, exclusive; null for the end of the family
   */
  Cursor ascending(Family family, byte[] from, byte @Nullable [] to);

  /**
   * As {@link #ascending}, for a walk over so much that it should not displace from the cache what
   * is read often.
   */
  default Cursor scan(Family family, byte[] from, byte @Nullable [] to) {
    return ascending(family, from, to);
  }

  /** The same rows as {@link #ascending} from the last to the first. */
  Cursor descending(Family family, byte[] from, byte @Nullable [] to);
}
