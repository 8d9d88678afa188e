package dev.keelson.storage.backend.memory;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.RowSink;
import dev.keelson.storage.backend.WriteBatch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of a family that a backend takes in, as a batch. */
final class AscendingRows implements RowSink {
  private final Family family;
  private final WriteBatch batch;
  private byte @Nullable [] last;

  AscendingRows(Family family, WriteBatch batch) {
    this.family = family;
    this.batch = batch;
  }

  @Override
  public void put(byte[] key, byte[] value) {
    requireAscending(key);
    batch.put(family, key, value);
  }

  @Override
  public void delete(byte[] key) {
    requireAscending(key);
    batch.delete(family, key);
  }

  private void requireAscending(byte[] key) {
    byte[] before = last;
    if (before != null && Arrays.compareUnsigned(before, key) >= 0) {
      throw new IllegalArgumentException("rows are not given by ascending key");
    }
    last = key.clone();
  }
}
