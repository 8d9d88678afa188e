package dev.keelson.storage.backend.memory;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.WriteBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A list of operations. */
final class MemoryBatch implements WriteBatch {
  private final List<Change> changes = new ArrayList<>();
  private long sizeBytes;
  private boolean closed;

  List<Change> changes() {
    requireOpen();
    return changes;
  }

  @Override
  public void put(Family family, byte[] key, byte[] value) {
    add(new Change.Put(family, key.clone(), value.clone()));
  }

  @Override
  public void delete(Family family, byte[] key) {
    add(new Change.Delete(family, key.clone()));
  }

  @Override
  public void deleteRange(Family family, byte[] from, byte[] to) {
    if (Arrays.compareUnsigned(from, to) < 0) {
      add(new Change.DeleteRange(family, from.clone(), to.clone()));
    }
  }

  private void add(Change change) {
    requireOpen();
    changes.add(change);
    sizeBytes += change.sizeBytes();
  }

  @Override
  public int count() {
    requireOpen();
    return changes.size();
  }

  @Override
  public long sizeBytes() {
    requireOpen();
    return sizeBytes;
  }

  @Override
  public void clear() {
    requireOpen();
    changes.clear();
    sizeBytes = 0;
  }

  @Override
  public void close() {
    closed = true;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the batch is closed");
    }
  }
}
