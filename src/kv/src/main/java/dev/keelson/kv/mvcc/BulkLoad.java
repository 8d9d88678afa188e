package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Ingestion;
import dev.keelson.storage.backend.KvBackend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Fills a backend with rows in any order: they are gathered, sorted, and taken in as sorted tables,
 * one run of them on its way while the next is gathered. Memory: two runs. Not thread-safe.
 */
final class BulkLoad implements AutoCloseable {
  private static final int RUN_BYTES = 16 << 20;

  private final KvBackend backend;
  private final Executor writers;
  private final Map<Family, Ingestion> ingestions = new HashMap<>();
  private LoadRun gathered;
  private LoadRun underWay;
  private final List<CompletableFuture<?>> writing = new ArrayList<>();

  /** Somebody looks rows up, so they must be readable once their run is no longer at hand. */
  private boolean lookedUp;

  /**
   * Begins.
   *
   * @param writers runs what it is given, several at once if it can; nobody else uses the backend
   *     meanwhile
   */
  BulkLoad(KvBackend backend, Executor writers) {
    this(backend, writers, RUN_BYTES);
  }

  /**
   * Begins.
   *
   * @param runBytes for tests
   */
  BulkLoad(KvBackend backend, Executor writers, int runBytes) {
    this.backend = backend;
    this.writers = writers;
    gathered = new LoadRun(runBytes);
    underWay = new LoadRun(runBytes);
  }

  /** Adds or replaces a row. */
  void put(Family family, byte[] key, byte[] value) {
    makeRoom(key.length, value.length);
    gathered.put(family, key, value);
  }

  /** Adds or replaces two rows with one value. */
  void put(Family one, byte[] oneKey, Family other, byte[] otherKey, byte[] value) {
    makeRoom(oneKey.length + otherKey.length, value.length);
    gathered.put(one, oneKey, other, otherKey, value);
  }

  /** Removes a row if it exists. */
  void delete(Family family, byte[] key) {
    makeRoom(key.length, 0);
    gathered.delete(family, key);
  }

  private void makeRoom(int keyBytes, int valueBytes) {
    if (!gathered.hasRoom(keyBytes, valueBytes)) {
      handOver();
      var _ = gathered.hasRoom(keyBytes, valueBytes); // an empty run makes it
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
    if (!lookedUp) {
      lookedUp = true;
      await();
      Ingestion rows = ingestions.get(Families.CURRENT);
      if (rows != null) {
        rows.takeIn();
      }
    }
    return backend.get(Families.CURRENT, key);
  }

  /** Two tasks, since two families have nearly all rows, and as many bytes each. */
  private void handOver() {
    await();
    LoadRun full = gathered;
    gathered = underWay;
    gathered.clear();
    underWay = full;
    List<Family> others = new ArrayList<>();
    for (Family family : Families.ALL) {
      if (full.has(family)) {
        var _ = ingestions.computeIfAbsent(family, backend::ingestion);
        if (!family.equals(Families.EVENTS)) {
          others.add(family);
        }
      }
    }
    boolean readable = lookedUp;
    if (full.has(Families.EVENTS)) {
      write(() -> give(full, Families.EVENTS, false));
    }
    write(() -> others.forEach(family -> give(full, family, readable)));
  }

  private void write(Runnable task) {
    writing.add(CompletableFuture.runAsync(task, writers));
  }

  private void give(LoadRun run, Family family, boolean takeIn) {
    Ingestion ingestion = ingestions.get(family);
    if (ingestion == null) {
      throw new IllegalStateException(family + " is not being filled");
    }
    run.give(family, ingestion);
    if (takeIn) {
      ingestion.takeIn();
    }
  }

  /** Waits for all tasks, then tells the first failure. */
  private void await() {
    CompletableFuture<Void> all =
        CompletableFuture.allOf(writing.toArray(CompletableFuture<?>[]::new));
    writing.clear();
    try {
      var _ = all.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  /** All rows are visible and durable when this returns. */
  void finish() {
    handOver();
    await();
    ingestions.values().forEach(Ingestion::takeIn);
  }

  /** Waits for what is on its way, however it ends, and gives up what has not been taken in. */
  @Override
  public void close() {
    try {
      await();
    } catch (RuntimeException e) {
      // who closes early has a failure to tell already
    } finally {
      ingestions.values().forEach(Ingestion::close);
    }
  }
}
