package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Cursor;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * A walk with both bounds given to RocksDB, so that it never looks at rows or range tombstones
 * outside of them. RocksDB reads ahead by itself from the third block in sequence on, doubling up
 * to 256 KiB; a fixed read-ahead would make the many short scans dearer.
 *
 * <p>While a cursor is open the backend cannot be closed, so its calls need no {@link UseGate}.
 */
final class RocksCursor implements Cursor {
  /** In which order, and whether what is read is worth keeping. */
  enum Walk {
    ASCENDING,
    DESCENDING,

    /** Ascending, over so much that it would displace from the cache what is read often. */
    ONCE
  }

  private enum Position {
    BEFORE_FIRST,
    ON_ROW,
    AFTER_LAST,
    CLOSED
  }

  private final IntConsumer closed;
  private final Object owner;
  private final boolean ascending;
  private final @Nullable Slice lower;
  private final @Nullable Slice upper;
  private final ReadOptions options;
  private final RocksIterator iterator;
  private Position position = Position.BEFORE_FIRST;
  private int rows;

  /**
   * Prepares a walk.
   *
   * @param closed told once when the cursor is closed, with how many rows were walked
   * @param owner names the database in messages
   * @param snapshot what to read; null for the newest state
   */
  RocksCursor(
      IntConsumer closed,
      Object owner,
      RocksDB db,
      ColumnFamilyHandle handle,
      org.rocksdb.@Nullable Snapshot snapshot,
      byte[] from,
      byte @Nullable [] to,
      Walk walk) {
    this.closed = closed;
    this.owner = owner;
    ascending = walk != Walk.DESCENDING;
    lower = from.length == 0 ? null : new Slice(from);
    upper = to == null ? null : new Slice(to);
    options = new ReadOptions();
    if (lower != null) {
      options.setIterateLowerBound(lower);
    }
    if (upper != null) {
      options.setIterateUpperBound(upper);
    }
    if (snapshot != null) {
      options.setSnapshot(snapshot);
    }
    if (walk == Walk.ONCE) {
      options.setFillCache(false);
    }
    if (to != null && Arrays.compareUnsigned(from, to) >= 0) {
      position = Position.AFTER_LAST;
    }
    iterator = db.newIterator(handle, options);
  }

  @Override
  public boolean next() {
    switch (position) {
      case CLOSED -> throw new IllegalStateException("the cursor is closed");
      case AFTER_LAST -> {
        return false;
      }
      case BEFORE_FIRST -> {
        if (ascending) {
          iterator.seekToFirst();
        } else {
          iterator.seekToLast();
        }
      }
      case ON_ROW -> {
        if (ascending) {
          iterator.next();
        } else {
          iterator.prev();
        }
      }
    }
    if (iterator.isValid()) {
      position = Position.ON_ROW;
      rows++;
      return true;
    }
    position = Position.AFTER_LAST;
    try {
      iterator.status();
    } catch (RocksDBException e) {
      throw new BackendException("scan of " + owner + " failed: " + e.getMessage(), e);
    }
    return false;
  }

  @Override
  public byte[] key() {
    requireRow();
    return iterator.key();
  }

  @Override
  public byte[] value() {
    requireRow();
    return iterator.value();
  }

  @Override
  public void close() {
    if (position == Position.CLOSED) {
      return;
    }
    position = Position.CLOSED;
    iterator.close();
    options.close();
    if (lower != null) {
      lower.close();
    }
    if (upper != null) {
      upper.close();
    }
    closed.accept(rows);
  }

  private void requireRow() {
    if (position != Position.ON_ROW) {
      throw new IllegalStateException("the cursor is not on a row: " + position);
    }
  }
}
