package dev.keelson.storage.backend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Snapshot;
import dev.keelson.storage.backend.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

final class RocksTuningTest {
  private static final Family ROWS = new Family("rows", 0, Family.Access.LOG);
  private static final int ROWS_PER_FILE = 1000;
  private static final long AWHILE_NANOS = TimeUnit.SECONDS.toNanos(1);

  @TempDir Path directory;

  private void append(RocksInstance database, int file) {
    try (WriteBatch batch = database.batch()) {
      for (int i = 0; i < ROWS_PER_FILE; i++) {
        byte[] key = ByteBuffer.allocate(8).putInt(file).putInt(i).array();
        batch.put(ROWS, key, key);
      }
      database.write(batch);
    }
    database.flush();
  }

  private Set<Path> tables() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".sst"))
          .collect(TreeSet::new, Set::add, Set::addAll);
    }
  }

  /** Rows in key order overlap with nothing: their files go to the last level by a new name. */
  @Test
  void whatIsWrittenInOrderIsWrittenOnce() throws RocksDBException, IOException {
    RocksInstance database =
        new RocksInstance(directory, List.of(ROWS), new RocksOptions(8 << 20, 1 << 20));
    try {
      for (int file = 0; file < MergePace.RELAXED - 1; file++) {
        append(database, file);
      }
      Set<Path> written = tables();
      append(database, MergePace.RELAXED); // now they are moved
      for (int i = 0; i < 3; i++) {
        Snapshot snapshot = database.snapshot();
        append(database, MergePace.RELAXED + 1 + i);
        snapshot.close();
      }
      LockSupport.parkNanos(AWHILE_NANOS);
      assertThat(tables()).containsAll(written);
    } finally {
      database.close();
    }
  }
}
