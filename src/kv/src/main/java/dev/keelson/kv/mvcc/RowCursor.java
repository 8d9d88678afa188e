package dev.keelson.kv.mvcc;

import org.jspecify.annotations.Nullable;

/** Walks rows in key order. */
public interface RowCursor extends AutoCloseable {
  /** The next row; null at the end, and from then on. */
  @Nullable Row next();

  @Override
  void close();
}
