package dev.keelson.storage.backend.rocksdb;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Begins flushes of all families, and counts what waits for the next. A flush that is asked for
 * while RocksDB has stopped the writes, because too much waits to be flushed or merged, is made
 * when they go on: RocksDB refuses it in the background.
 */
final class Flusher implements AutoCloseable {
  private static final long FAILURE_POLL_MILLIS = 50;

  private final RocksDB db;
  private final List<ColumnFamilyHandle> families;
  private final FlushTracker tracker;
  private final UseGate gate;
  private final Executor later;
  private final FlushOptions background =
      new FlushOptions().setWaitForFlush(false).setAllowWriteStall(true);
  private final FlushOptions waiting =
      new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true);
  private volatile long unflushedBytes;

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
      Executor later) {
    this.db = db;
    this.families = families;
    this.tracker = tracker;
    this.gate = gate;
    this.later = later;
  }

  /** Notes a write; one thread writes. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void wrote(long bytes) {
    unflushedBytes += bytes;
  }

  /** Bytes written since the last flush began. */
  long unflushedBytes() {
    return unflushedBytes;
  }

  /**
   * Begins a flush; does not wait.
   *
   * @param done runs once all that was written before is durable
   */
  void start(Runnable done) throws RocksDBException {
    unflushedBytes = 0;
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
      var _ = tracker.failed("flush", e);
    } finally {
      gate.exit();
    }
  }

  /** Flushes what was written, if anything was; returns when it is durable. */
  void flushUnflushed() throws RocksDBException {
    if (unflushedBytes > 0) {
      flush();
      unflushedBytes = 0;
    }
  }

  /** Returns when all is durable. */
  void flush() throws RocksDBException {
    db.flush(waiting, families);
  }

  /**
   * Returns when the action after a flush has run. A failed flush or merge is noticed here, which
   * otherwise only the next write would.
   *
   * @throws dev.keelson.storage.backend.BackendException if there is one
   */
  void await(CountDownLatch done) {
    boolean interrupted = false;
    while (true) {
      try {
        if (done.await(FAILURE_POLL_MILLIS, MILLISECONDS)) {
          break;
        }
        checkBackgroundWork();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void checkBackgroundWork() {
    gate.enter();
    try {
      tracker.checkBackgroundWork(db);
      tracker.throwIfFailed();
    } finally {
      gate.exit();
    }
  }

  @Override
  public void close() {
    background.close();
    waiting.close();
  }
}
