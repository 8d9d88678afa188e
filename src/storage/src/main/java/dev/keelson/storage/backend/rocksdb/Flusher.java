package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.BackendException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Begins flushes of all families. One that is asked for while RocksDB has stopped the writes,
 * because too much waits to be flushed or merged, is made when they go on: RocksDB refuses it in
 * the background.
 */
final class Flusher implements AutoCloseable {
  private final RocksDB db;
  private final List<ColumnFamilyHandle> families;
  private final FlushTracker tracker;
  private final UseGate gate;
  private final Executor later;
  private final Path directory;
  private final FlushOptions background =
      new FlushOptions().setWaitForFlush(false).setAllowWriteStall(true);
  private final FlushOptions waiting =
      new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true);

  /**
   * For an open database.
   *
   * @param gate of the database; callers are inside
   * @param later for what has to wait
   */
  Flusher(
      RocksDB db,
      List<ColumnFamilyHandle> families,
      FlushTracker tracker,
      UseGate gate,
      Executor later,
      Path directory) {
    this.db = db;
    this.families = families;
    this.tracker = tracker;
    this.gate = gate;
    this.later = later;
    this.directory = directory;
  }

  /**
   * Begins a flush; does not wait.
   *
   * @param done runs once all that was written before is durable
   */
  void start(Runnable done) throws RocksDBException {
    tracker.whenDurable(db.getLatestSequenceNumber(), done);
    try {
      db.flush(background, families);
    } catch (RocksDBException e) {
      Status status = e.getStatus();
      if (status == null || status.getCode() != Status.Code.TryAgain) {
        throw e;
      }
      later.execute(this::flushWhenWritesGoOn);
    }
  }

  private void flushWhenWritesGoOn() {
    if (!gate.tryEnter()) {
      return; // the database is being closed, with a flush of its own
    }
    try {
      flush();
    } catch (RocksDBException e) {
      tracker.fail(new BackendException("flush of " + directory + " failed: " + e.getMessage(), e));
    } finally {
      gate.exit();
    }
  }

  /** Returns when all is durable. */
  void flush() throws RocksDBException {
    db.flush(waiting, families);
  }

  @Override
  public void close() {
    background.close();
    waiting.close();
  }
}
