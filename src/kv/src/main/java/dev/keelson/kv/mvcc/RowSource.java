package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the store as one reader sees them: a frozen view, or the apply thread inside a
 * transaction.
 */
public interface RowSource {
  /** The newest revision visible here. */
  long revision();

  /** The compaction in force; -1 before the first. */
  long compactRevision();

  /** The metadata of a live key; all zero if it does not exist. */
  Metadata metadata(ByteString key);

  /** What compares look at. */
  record Metadata(long createRevision, long modRevision, long version, long lease) {}

  /** The live row of {@code key}, or null. */
  @Nullable Row get(byte[] key);

  /** Walks the live rows of a range in key order. Close it. */
  RowCursor rows(KeyRange range, boolean descending);

  /** The exact number of live keys in the range. */
  long count(KeyRange range);

  /**
   * The row of {@code key} at an older revision, or null if it did not exist then.
   *
   * @param revision not above {@link #revision} and not below {@link #compactRevision}
   */
  @Nullable Row getAt(byte[] key, long revision);

  /**
   * Walks the rows of a range as they were at an older revision, in ascending key order. Close it.
   */
  RowCursor rowsAt(KeyRange range, long revision);

  /** The number of keys that were live in the range at an older revision. */
  long countAt(KeyRange range, long revision);
}
