package dev.keelson.sim.member;

import dev.keelson.kv.mvcc.Families;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Ingestion;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.Reader;
import dev.keelson.storage.backend.Snapshot;
import dev.keelson.storage.backend.WriteBatch;
import dev.keelson.storage.backend.memory.MemoryKvBackend;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The store of one process: a backend in memory whose checkpoints are no files. */
final class SimStore implements KvBackend {
  private static final byte[] FIRST = {};

  private final MemoryKvBackend backend;
  private final Shelf shelf;

  SimStore(MemoryKvBackend backend, Shelf shelf) {
    this.backend = backend;
    this.shelf = shelf;
  }

  @Override
  public void checkpoint(Path directory) {
    shelf.put(directory, backend.snapshot());
  }

  @Override
  public <T> T inspect(Path checkpoint, Function<Reader, T> question) {
    return question.apply(shelf.get(checkpoint));
  }

  @Override
  public void replaceContents(Path checkpoint) {
    try (Snapshot replacement = shelf.take(checkpoint);
        WriteBatch batch = backend.batch()) {
      for (Family family : Families.ALL) {
        copy(family, replacement, batch);
      }
      backend.write(batch);
    }
    backend.flush();
  }

  private void copy(Family family, Snapshot replacement, WriteBatch batch) {
    try (Cursor old = backend.ascending(family, FIRST, null)) {
      while (old.next()) {
        batch.delete(family, old.key());
      }
    }
    try (Cursor rows = replacement.ascending(family, FIRST, null)) {
      while (rows.next()) {
        batch.put(family, rows.key(), rows.value());
      }
    }
  }

  @Override
  public WriteBatch batch() {
    return backend.batch();
  }

  @Override
  public void write(WriteBatch batch) {
    backend.write(batch);
  }

  @Override
  public Ingestion ingestion(Family family) {
    return backend.ingestion(family);
  }

  @Override
  public Snapshot snapshot() {
    return backend.snapshot();
  }

  @Override
  public void startFlush(Runnable done) {
    backend.startFlush(done);
  }

  @Override
  public void flush() {
    backend.flush();
  }

  @Override
  public long unflushedBytes() {
    return backend.unflushedBytes();
  }

  @Override
  public long sizeBytes() {
    return backend.sizeBytes();
  }

  @Override
  public long liveSizeBytes() {
    return backend.liveSizeBytes();
  }

  @Override
  public void compact() {
    backend.compact();
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    return backend.get(family, key);
  }

  @Override
  public Cursor ascending(Family family, byte[] from, byte @Nullable [] to) {
    return backend.ascending(family, from, to);
  }

  @Override
  public Cursor descending(Family family, byte[] from, byte @Nullable [] to) {
    return backend.descending(family, from, to);
  }

  @Override
  public void close() {
    backend.close();
  }
}
