package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.KvBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Fills a backend with rows in any order: they are gathered, sorted, and taken in as sorted runs,
 * one run on its way while the next is gathered. Memory: two runs, {@value #RUN_BYTES} bytes each.
 * Not thread-safe.
 */
final class BulkLoad {
  private static final int RUN_BYTES = 24 << 20;

  /** What a row takes besides its bytes: objects and their place in the map. */
  private static final int ROW_OVERHEAD = 120;

  private static final byte[] DELETED = {};

  private final KvBackend backend;
  private final Executor writer;
  private Run gathered = new Run();
  private Run underWay = new Run();
  private FutureTask<?> writing;

  /**
   * Begins.
   *
   * @param writer runs what it is given one after the other; nobody else uses the backend meanwhile
   */
  BulkLoad(KvBackend backend, Executor writer) {
    this.backend = backend;
    this.writer = writer;
    writing = new FutureTask<>(() -> {}, null);
    writing.run();
  }

  /** Adds or replaces a row. The arrays are kept. */
  void put(Family family, byte[] key, byte[] value) {
    // an empty value of a caller must not be taken for the mark
    change(family, key, value.length == 0 ? new byte[0] : value);
  }

  /** Removes a row if it exists. */
  void delete(Family family, byte[] key) {
    change(family, key, DELETED);
  }

  @SuppressWarnings("ReferenceEquality") // one array is the mark
  byte @Nullable [] get(Family family, byte[] key) {
    Key wanted = new Key(key);
    byte[] found = gathered.of(family).get(wanted);
    if (found == null) {
      found = underWay.of(family).get(wanted);
    }
    if (found == null) {
      return backend.get(family, key);
    }
    return found == DELETED ? null : found;
  }

  private void change(Family family, byte[] key, byte[] value) {
    gathered.of(family).put(new Key(key), value);
    gathered.bytes += key.length + value.length + ROW_OVERHEAD;
    if (gathered.bytes >= RUN_BYTES) {
      handOver();
    }
  }

  private void handOver() {
    await();
    Run full = gathered;
    underWay = full;
    gathered = new Run();
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

  /** Rows that are taken in together. */
  private static final class Run {
    private final Map<Family, Map<Key, byte[]>> families = new HashMap<>();
    private long bytes;

    Map<Key, byte[]> of(Family family) {
      // in the order of arrival, which often is that of the keys and then costs nothing to sort
      return families.computeIfAbsent(family, _ -> new LinkedHashMap<>());
    }

    @SuppressWarnings("ReferenceEquality") // one array is the mark
    void takeIn(KvBackend backend) {
      for (Family family : Families.ALL) {
        Map<Key, byte[]> rows = families.get(family);
        if (rows == null || rows.isEmpty()) {
          continue;
        }
        List<Map.Entry<Key, byte[]>> sorted = new ArrayList<>(rows.entrySet());
        sorted.sort(Map.Entry.comparingByKey());
        backend.ingest(
            family,
            sink -> {
              for (Map.Entry<Key, byte[]> row : sorted) {
                if (row.getValue() == DELETED) {
                  sink.delete(row.getKey().bytes);
                } else {
                  sink.put(row.getKey().bytes, row.getValue());
                }
              }
            });
      }
    }
  }

  /** Bytes that compare as unsigned. */
  private static final class Key implements Comparable<Key> {
    private final byte[] bytes;
    private final int hash;

    Key(byte[] bytes) {
      this.bytes = bytes;
      hash = Arrays.hashCode(bytes);
    }

    @Override
    public int compareTo(Key other) {
      return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
