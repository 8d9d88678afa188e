package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.BackendException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.FlushJobInfo;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Learns from RocksDB which writes have become durable and whether background work has failed.
 *
 * <p>Every operation has a sequence number. A flush of all families is committed to the manifest as
 * one, and only then reported, family by family, each with the largest number it wrote. The newest
 * operation of a family always survives into its file, so a number reported is the proof that all
 * operations up to it are durable in all families.
 */
final class FlushTracker extends AbstractEventListener {
  private record Pending(long sequence, Runnable done) {}

  private final String name;
  private final Executor callbacks;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private long durable;
  private volatile @Nullable BackendException failure;

  FlushTracker(String name, Executor callbacks) {
    super(EnabledEventCallback.ON_FLUSH_COMPLETED);
    this.name = name;
    this.callbacks = callbacks;
  }

  /** Everything up to {@code sequence} is durable, without a flush that would report it. */
  synchronized void durable(long sequence) {
    durable = Math.max(durable, sequence);
    release();
  }

  /**
   * Runs {@code done} once everything up to {@code sequence} is durable; after those of earlier
   * calls, in whose order {@code sequence} must not fall.
   */
  synchronized void whenDurable(long sequence, Runnable done) {
    pending.add(new Pending(sequence, done));
    release();
  }

  /** The database is given up: nothing runs any more. */
  synchronized void abandon() {
    pending.clear();
  }

  @Override
  public synchronized void onFlushCompleted(RocksDB db, FlushJobInfo info) {
    durable(info.getLargestSeqno());
  }

  /**
   * Looks whether RocksDB's background work has failed. Its callback for that cannot be used: the
   * Java side does not know the reason "flush without a log" and throws instead of calling.
   */
  void checkBackgroundWork(RocksDB db) {
    try (FlushOptions waiting = new FlushOptions()) {
      if (db.getLongProperty("rocksdb.background-errors") > 0) {
        db.flush(waiting); // refused with the reason
        throw new RocksDBException("errors in the background");
      }
    } catch (RocksDBException e) {
      var _ = failed("background work", e);
    }
  }

  private void release() {
    for (Pending first = pending.peek();
        first != null && first.sequence <= durable;
        first = pending.peek()) {
      pending.remove();
      Runnable done = first.done;
      callbacks.execute(() -> run(done));
    }
  }

  private void run(Runnable done) {
    try {
      done.run();
    } catch (RuntimeException | Error e) {
      fail(new BackendException("the action after a flush of " + name + " failed: " + e, e));
    }
  }

  /** Makes {@link #throwIfFailed} throw from now on; the first failure counts. */
  private synchronized void fail(BackendException e) {
    if (failure == null) {
      failure = e;
    }
  }

  /** The same for a call of RocksDB; returns what its caller shall throw. */
  BackendException failed(String what, RocksDBException e) {
    BackendException failed =
        new BackendException(what + " of " + name + " failed: " + e.getMessage(), e);
    fail(failed);
    return failed;
  }

  void throwIfFailed() {
    BackendException e = failure;
    if (e != null) {
      throw new BackendException(String.valueOf(e.getMessage()), e);
    }
  }
}
