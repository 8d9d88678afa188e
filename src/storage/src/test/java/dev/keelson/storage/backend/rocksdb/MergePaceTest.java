package dev.keelson.storage.backend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

final class MergePaceTest {
  private static final Family ROWS = new Family("rows", 0, Family.Access.POINT);
  private static final int COUNT = 20_000;
  private static final int FLUSHES = 6;
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);

  @TempDir Path directory;
  private RocksInstance database;

  @BeforeEach
  void open() throws RocksDBException {
    database = new RocksInstance(directory, List.of(ROWS), new RocksOptions(8 << 20, 1 << 20));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void overwriteAll(int round) {
    try (WriteBatch batch = database.batch()) {
      for (int i = 0; i < COUNT; i++) {
        byte[] key = ByteBuffer.allocate(4).putInt(i).array();
        batch.put(ROWS, key, ByteBuffer.allocate(8).putInt(i).putInt(round).array());
      }
      database.write(batch);
    }
    database.flush();
  }

  private void scanAll() {
    int rows = 0;
    try (Cursor cursor = database.ascending(ROWS, new byte[0], null)) {
      while (cursor.next()) {
        rows++;
      }
    }
    assertThat(rows).isEqualTo(COUNT);
  }

  private long tables() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".sst")).count();
    }
  }

  @Test
  void filesGatherWhileOnlyWritten() throws IOException {
    for (int round = 0; round < FLUSHES; round++) {
      overwriteAll(round);
    }
    assertThat(tables()).isEqualTo(FLUSHES);
  }

  @Test
  void filesAreMergedOnceScansHavePaidForIt() throws IOException {
    for (int round = 0; round < FLUSHES; round++) {
      overwriteAll(round);
    }
    scanAll();
    assertThat(tables()).as("one scan is cheaper than a merge").isEqualTo(FLUSHES);
    for (int scan = 0; scan < FLUSHES; scan++) {
      scanAll();
    }
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (tables() > 2 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    assertThat(tables()).isLessThanOrEqualTo(2);
    scanAll();
  }
}
