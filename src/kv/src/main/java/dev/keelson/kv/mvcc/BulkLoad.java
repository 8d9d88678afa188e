package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.KvBackend;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Fills a backend with rows in any order: they are gathered, sorted, and taken in as sorted runs,
 * one run on its way while the next is gathered. Memory: two runs. Not thread-safe.
 */
final class BulkLoad {
  private static final int RUN_BYTES = 16 << 20;

  private final KvBackend backend;
  private final Executor writer;
  private LoadRun gathered;
  private LoadRun underWay;
  private FutureTask<?> writing;

  /**
   * Begins.
   *
   * @param writer runs what it is given one after the other; nobody else uses the backend meanwhile
   */
  BulkLoad(KvBackend backend, Executor writer) {
    this(backend, writer, RUN_BYTES);
  }

  /**
   * Begins.
   *
   * @param runBytes for tests
   */
  BulkLoad(KvBackend backend, Executor writer, int runBytes) {
    this.backend = backend;
    this.writer = writer;
    gathered = new LoadRun(runBytes);
    underWay = new LoadRun(runBytes);
    writing = new FutureTask<>(() -> {}, null);
    writing.run();
  }

  /** Adds or replaces a row. */
  void put(Family family, byte[] key, byte[] value) {
    change(family, key, value);
  }

  /** Removes a row if it exists. */
  void delete(Family family, byte[] key) {
    change(family, key, null);
  }

  private void change(Family family, byte[] key, byte @Nullable [] value) {
    if (!gathered.add(family, key, value)) {
      handOver();
      gathered.add(family, key, value);
    }
  }

  /** The newest value of a row in {@link Families#CURRENT}; null if there is none. */
  byte @Nullable [] current(byte[] key) {
    for (LoadRun run : new LoadRun[] {gathered, underWay}) {
      int row = run.find(key);
      if (row >= 0) {
        return run.value(row);
      }
    }
    return backend.get(Families.CURRENT, key);
  }

  private void handOver() {
    await();
    LoadRun full = gathered;
    gathered = underWay;
    gathered.clear();
    underWay = full;
    writing = new FutureTask<>(() -> full.takeIn(backend), null);
    writer.execute(writing);
  }

  private void await() {
    boolean interrupted = false;
    while (true) {
      try {
        var _ = writing.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** All rows are visible and durable when this returns. */
  void finish() {
    handOver();
    await();
  }

  /** Waits for what is on its way, however it ends. */
  void abandon() {
    try {
      await();
    } catch (RuntimeException e) {
      // who abandons has a failure to tell already, or does not want to know
      return;
    }
  }
}
