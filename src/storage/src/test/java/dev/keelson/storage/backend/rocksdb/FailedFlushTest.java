package dev.keelson.storage.backend.rocksdb;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

final class FailedFlushTest {
  private static final Family ROWS = new Family("rows", 0, Family.Access.POINT);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path temporary;

  @Test
  @Timeout(60)
  void isNoticedByWhoWaitsForIt() throws RocksDBException, IOException {
    Path directory = Files.createDirectory(temporary.resolve("db"));
    RocksInstance database =
        new RocksInstance(directory, List.of(ROWS), new RocksOptions(8 << 20, 1 << 20));
    try (WriteBatch batch = database.batch()) {
      batch.put(ROWS, new byte[] {1}, new byte[] {2});
      database.write(batch);
    }
    Files.move(directory, temporary.resolve("elsewhere")); // no new file can be made

    assertThatThrownBy(database::flush)
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("No such file or directory");
    assertThatThrownBy(() -> database.get(ROWS, new byte[] {1}))
        .as("a failure is final")
        .isInstanceOf(BackendException.class);
    assertThatThrownBy(database::close).isInstanceOf(BackendException.class);
  }
}
