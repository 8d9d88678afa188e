package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Ingestion;
import java.nio.file.Path;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * The ingestions of one database, which may have several threads. RocksDB has no log here, so what
 * was written before a table is made durable before the table is, and the table needs no flush.
 */
final class Ingestions implements RocksIngestion.Owner {
  private final RocksDB db;
  private final RocksTuning tuning;
  private final FlushTracker tracker;
  private final Flusher flusher;
  private final Path directory;

  Ingestions(
      RocksDB db, RocksTuning tuning, FlushTracker tracker, Flusher flusher, Path directory) {
    this.db = db;
    this.tuning = tuning;
    this.tracker = tracker;
    this.flusher = flusher;
    this.directory = directory;
  }

  Ingestion begin(Family family, ColumnFamilyHandle handle) {
    return new RocksIngestion(db, handle, this, directory, tuning.table(family.access()));
  }

  @Override
  public synchronized void beforeTable() throws RocksDBException {
    tracker.throwIfFailed();
    flusher.flushUnflushed();
  }

  @Override
  public synchronized void tableTaken() {
    tracker.durable(db.getLatestSequenceNumber());
  }

  @Override
  public BackendException failed(RocksDBException failure) {
    return tracker.failed("ingestion", failure);
  }
}
