package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.RowSink;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.EnvOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/** One table written beside a database and then taken in as it is. */
final class Ingestion implements AutoCloseable, RowSink {
  /** Overlapping tables that may wait to be merged before the next is taken in. */
  private static final int UNMERGED_MAX = 16;

  private static final long MERGE_POLL_MILLIS = 20;

  private final RocksDB db;
  private final ColumnFamilyHandle family;
  private final Path file;
  private final EnvOptions files = new EnvOptions();
  private final IngestExternalFileOptions moved =
      new IngestExternalFileOptions().setMoveFiles(true);
  private final SstFileWriter writer;
  private byte[] last = {};
  private boolean empty = true;

  /**
   * Prepares.
   *
   * @param table how it is written; outlives this
   */
  Ingestion(RocksDB db, ColumnFamilyHandle family, Path directory, Options table) {
    this.db = db;
    this.family = family;
    file = directory.resolve("ingestion");
    writer = new SstFileWriter(files, table);
  }

  /** Writes the table, durably. */
  void write(Consumer<RowSink> rows) throws RocksDBException {
    writer.open(file.toString());
    rows.accept(this);
    if (!empty) {
      writer.finish();
    }
  }

  @Override
  public void put(byte[] key, byte[] value) {
    requireAscending(key);
    try {
      writer.put(key, value);
    } catch (RocksDBException e) {
      throw cannotWrite(e);
    }
  }

  @Override
  public void delete(byte[] key) {
    requireAscending(key);
    try {
      writer.delete(key);
    } catch (RocksDBException e) {
      throw cannotWrite(e);
    }
  }

  private void requireAscending(byte[] key) {
    if (!empty && Arrays.compareUnsigned(last, key) >= 0) {
      throw new IllegalArgumentException("rows are not given by ascending key");
    }
    last = key;
    empty = false;
  }

  private BackendException cannotWrite(RocksDBException e) {
    return new BackendException("cannot write " + file + ": " + e.getMessage(), e);
  }

  /** Makes the table part of the database, when not too much of it waits to be merged. */
  void takeIn() throws RocksDBException {
    if (empty) {
      return;
    }
    while (unmerged() >= UNMERGED_MAX) {
      if (db.getLongProperty("rocksdb.background-errors") > 0) {
        throw new RocksDBException("files cannot be merged");
      }
      try {
        TimeUnit.MILLISECONDS.sleep(MERGE_POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BackendException("interrupted while files are merged", e);
      }
    }
    db.ingestExternalFile(family, List.of(file.toString()), moved);
  }

  private int unmerged() throws RocksDBException {
    return Integer.parseInt(db.getProperty(family, "rocksdb.num-files-at-level0"));
  }

  @Override
  public void close() {
    writer.close();
    moved.close();
    files.close();
  }
}
