package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Ingestion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompressionType;
import org.rocksdb.EnvOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/** Tables written beside a database, each taken in as it is when it ends. */
final class RocksIngestion implements Ingestion {
  /** As large as the tables that RocksDB makes when it merges. */
  private static final long TABLE_BYTES = 64L << 20;

  /** Overlapping tables that may wait to be merged before the next is taken in. */
  private static final int UNMERGED_MAX = 16;

  private static final int KEY_BYTES_USUAL = 256;
  private static final long MERGE_POLL_MILLIS = 20;

  /** What the database does beside: makes what was written before durable, and counts. */
  interface Owner {
    void beforeTable() throws RocksDBException;

    void tableTaken();

    BackendException failed(RocksDBException failure);
  }

  private final RocksDB db;
  private final ColumnFamilyHandle family;
  private final Owner owner;
  private final Path file;
  private final Options table;
  private final Options plainTable;
  private final EnvOptions files = new EnvOptions();
  private final IngestExternalFileOptions moved =
      new IngestExternalFileOptions().setMoveFiles(true);
  private final SstFileWriter compressing;
  private final SstFileWriter plain;
  private final CompressionTrial trial = new CompressionTrial(TABLE_BYTES);
  private SstFileWriter writer;
  private byte[] last = new byte[KEY_BYTES_USUAL];
  private int lastLength;
  private ByteBuffer key = ByteBuffer.allocateDirect(KEY_BYTES_USUAL);
  private boolean open;
  private long bytes;

  /**
   * Prepares.
   *
   * @param table how tables are written; taken over
   */
  RocksIngestion(
      RocksDB db, ColumnFamilyHandle family, Owner owner, Path directory, Options table) {
    this.db = db;
    this.family = family;
    this.owner = owner;
    this.table = table;
    file = directory.resolve("ingestion-" + family.getID());
    plainTable = new Options(table).setCompressionType(CompressionType.NO_COMPRESSION);
    compressing = new SstFileWriter(files, table);
    plain = new SstFileWriter(files, plainTable);
    writer = compressing;
  }

  @Override
  public void put(byte[] keys, int from, int length, ByteBuffer value) {
    try {
      beginRow(keys, from, length, value.remaining());
      writer.put(key.clear().put(keys, from, length).flip(), direct(value));
    } catch (RocksDBException e) {
      throw owner.failed(e);
    }
  }

  @Override
  public void delete(byte[] keys, int from, int length) {
    try {
      beginRow(keys, from, length, 0);
      writer.delete(Arrays.copyOfRange(keys, from, from + length));
    } catch (RocksDBException e) {
      throw owner.failed(e);
    }
  }

  private static ByteBuffer direct(ByteBuffer value) {
    return value.isDirect()
        ? value
        : ByteBuffer.allocateDirect(value.remaining()).put(value).flip();
  }

  private void beginRow(byte[] keys, int from, int length, int valueBytes) throws RocksDBException {
    if (open && (bytes >= trial.tableBytes() || !ascends(keys, from, length))) {
      endTable();
    }
    if (!open) {
      writer = trial.compress() ? compressing : plain;
      writer.open(file.toString());
      open = true;
      bytes = 0;
    }
    bytes += length + valueBytes;
    if (last.length < length) {
      last = new byte[2 * length];
      key = ByteBuffer.allocateDirect(2 * length);
    }
    System.arraycopy(keys, from, last, 0, length);
    lastLength = length;
  }

  private boolean ascends(byte[] keys, int from, int length) {
    return Arrays.compareUnsigned(last, 0, lastLength, keys, from, from + length) < 0;
  }

  @Override
  public void takeIn() {
    if (!open) {
      return;
    }
    try {
      endTable();
    } catch (RocksDBException e) {
      throw owner.failed(e);
    }
  }

  private void endTable() throws RocksDBException {
    writer.finish();
    open = false;
    trial.wrote(bytes, writer.fileSize());
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
    owner.beforeTable();
    db.ingestExternalFile(family, List.of(file.toString()), moved);
    owner.tableTaken();
  }

  private int unmerged() throws RocksDBException {
    return Integer.parseInt(db.getProperty(family, "rocksdb.num-files-at-level0"));
  }

  @Override
  public void close() {
    compressing.close();
    plain.close();
    moved.close();
    files.close();
    plainTable.close();
    table.close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new BackendException("cannot remove " + file + ": " + e.getMessage(), e);
    }
  }
}
