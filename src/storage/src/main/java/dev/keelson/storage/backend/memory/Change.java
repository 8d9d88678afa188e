package dev.keelson.storage.backend.memory;

import dev.keelson.storage.backend.Family;
import org.jspecify.annotations.Nullable;

/** One operation of a batch. */
@SuppressWarnings("ArrayRecordComponent")
sealed interface Change {
  Family family();

  @Nullable Rows applyTo(@Nullable Rows rows);

  int sizeBytes();

  record Put(Family family, byte[] key, byte[] value) implements Change {
    @Override
    public Rows applyTo(@Nullable Rows rows) {
      return Rows.put(rows, key, value);
    }

    @Override
    public int sizeBytes() {
      return key.length + value.length;
    }
  }

  record Delete(Family family, byte[] key) implements Change {
    @Override
    public @Nullable Rows applyTo(@Nullable Rows rows) {
      return Rows.delete(rows, key);
    }

    @Override
    public int sizeBytes() {
      return key.length;
    }
  }

  record DeleteRange(Family family, byte[] from, byte[] to) implements Change {
    @Override
    public @Nullable Rows applyTo(@Nullable Rows rows) {
      return Rows.deleteRange(rows, from, to);
    }

    @Override
    public int sizeBytes() {
      return from.length + to.length;
    }
  }
}
