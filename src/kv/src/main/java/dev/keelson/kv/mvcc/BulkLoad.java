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
  private static final int KNOWN_BYTES_MIN = 1 << 20;
  private static final int KNOWN_BYTES_MAX = 16 << 20;

  /** Of the file for one of the filter: 12 bits for the key of a row of 100 bytes. */
  private static final int BYTES_PER_KNOWN = 64;

  private static final int FILTER_BYTES = 1 << 20;

  private final KvBackend backend;
  private final Executor writers;
  private final Map<Family, Ingestion> ingestions = new HashMap<>();
  private LoadRun gathered;
  private LoadRun underWay;
  private final List<CompletableFuture<?>> writing = new ArrayList<>();

  /** Keys of {@link Families#CURRENT}: any that ever was here, */
  private final KeyFilter known;

  /** handed over, but perhaps in a table that is still being written, */
  private final KeyFilter unread = new KeyFilter(FILTER_BYTES);

  /** or gathered. */
  private final KeyFilter fresh = new KeyFilter(FILTER_BYTES);

  /**
   * Begins.
   *
   * @param writers runs what it is given, several at once if it can; nobody else uses the backend
   *     meanwhile
   * @param bytesExpected how many bytes of rows there may be, about
   */
  BulkLoad(KvBackend backend, Executor writers, long bytesExpected) {
    this(backend, writers, RUN_BYTES, knownBytes(bytesExpected));
  }

  /**
   * Begins.
   *
   * @param runBytes how large a run is, at most
   * @param knownBytes how large a filter; a power of two
   */
  BulkLoad(KvBackend backend, Executor writers, int runBytes, int knownBytes) {
    this.backend = backend;
    this.writers = writers;
    known = new KeyFilter(knownBytes);
    gathered = new LoadRun(runBytes);
    underWay = new LoadRun(runBytes);
  }

  private static int knownBytes(long bytesExpected) {
    long wanted = Math.clamp(bytesExpected / BYTES_PER_KNOWN, KNOWN_BYTES_MIN, KNOWN_BYTES_MAX);
    return (int) Long.highestOneBit(wanted);
  }

  /** Adds or replaces a row. */
  void put(Family family, byte[] key, byte[] value) {
    makeRoom(key.length, value.length);
    note(family, key);
    gathered.put(family, key, value);
  }

  /** Adds or replaces two rows with one value. */
  void put(Family one, byte[] oneKey, Family other, byte[] otherKey, byte[] value) {
    makeRoom(oneKey.length + otherKey.length, value.length);
    note(one, oneKey);
    note(other, otherKey);
    gathered.put(one, oneKey, other, otherKey, value);
  }

  /** Removes a row if it exists. */
  void delete(Family family, byte[] key) {
    makeRoom(key.length, 0);
    note(family, key);
    gathered.delete(family, key);
  }

  private void note(Family family, byte[] key) {
    if (family.equals(Families.CURRENT)) {
      long hash = known.hash(key);
      known.add(hash);
      fresh.add(hash);
    }
  }

  private void makeRoom(int keyBytes, int valueBytes) {
    if (!gathered.hasRoom(keyBytes, valueBytes)) {
      handOver();
      var _ = gathered.hasRoom(keyBytes, valueBytes); // an empty run makes it
    }
  }

  /**
   * The newest value of a row in {@link Families#CURRENT}; null if there is none. Few keys of a
   * compacted store had a version before, so most answers come from a filter.
   */
  byte @Nullable [] current(byte[] key) {
    long hash = known.hash(key);
    if (!known.mayHave(hash)) {
      return null;
    }
    for (LoadRun run : new LoadRun[] {gathered, underWay}) {
      int row = run.find(key);
      if (row >= 0) {
        return run.value(row);
      }
    }
    if (unread.mayHave(hash)) {
      await();
      Ingestion rows = ingestions.get(Families.CURRENT);
      if (rows != null) {
        rows.takeIn();
      }
      unread.clear();
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
    unread.addAll(fresh);
    fresh.clear();
    List<Family> others = new ArrayList<>();
    for (Family family : Families.ALL) {
      if (full.has(family)) {
        var _ = ingestions.computeIfAbsent(family, backend::ingestion);
        if (!family.equals(Families.EVENTS)) {
          others.add(family);
        }
      }
    }
    if (full.has(Families.EVENTS)) {
      write(() -> give(full, Families.EVENTS));
    }
    write(() -> others.forEach(family -> give(full, family)));
  }

  private void write(Runnable task) {
    writing.add(CompletableFuture.runAsync(task, writers));
  }

  private void give(LoadRun run, Family family) {
    Ingestion ingestion = ingestions.get(family);
    if (ingestion == null) {
      throw new IllegalStateException(family + " is not being filled");
    }
    run.give(family, ingestion);
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
