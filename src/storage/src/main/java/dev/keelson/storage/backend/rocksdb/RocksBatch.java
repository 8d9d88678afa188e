package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.WriteBatch;
import java.util.Arrays;
import org.rocksdb.RocksDBException;

/** A batch serialised by RocksDB as it is filled. */
final class RocksBatch implements WriteBatch {
  private final RocksInstance owner;
  private final org.rocksdb.WriteBatch batch = new org.rocksdb.WriteBatch();
  private boolean closed;

  RocksBatch(RocksInstance owner) {
    this.owner = owner;
  }

  /** The native batch, for the backend it was made by only. */
  org.rocksdb.WriteBatch openBatchOf(RocksInstance writer) {
    if (writer != owner) {
      throw new IllegalArgumentException("batch of another backend");
    }
    return open();
  }

  @Override
  public void put(Family family, byte[] key, byte[] value) {
    try {
      open().put(owner.handle(family), key, value);
    } catch (RocksDBException e) {
      throw new BackendException("cannot add to a batch: " + e.getMessage(), e);
    }
  }

  @Override
  public void delete(Family family, byte[] key) {
    try {
      open().delete(owner.handle(family), key);
    } catch (RocksDBException e) {
      throw new BackendException("cannot add to a batch: " + e.getMessage(), e);
    }
  }

  @Override
  public void deleteRange(Family family, byte[] from, byte[] to) {
    if (Arrays.compareUnsigned(from, to) >= 0) {
      return;
    }
    try {
      open().deleteRange(owner.handle(family), from, to);
    } catch (RocksDBException e) {
      throw new BackendException("cannot add to a batch: " + e.getMessage(), e);
    }
  }

  @Override
  public int count() {
    return open().count();
  }

  @Override
  public long sizeBytes() {
    return open().getDataSize();
  }

  @Override
  public void clear() {
    open().clear();
  }

  @Override
  public void close() {
    closed = true;
    batch.close();
  }

  private org.rocksdb.WriteBatch open() {
    if (closed) {
      throw new IllegalStateException("the batch is closed");
    }
    return batch;
  }
}
