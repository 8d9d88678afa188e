package dev.keelson.storage.backend.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.KvBackendContract;
import dev.keelson.storage.backend.Snapshot;
import dev.keelson.storage.backend.WriteBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RocksKvBackendTest extends KvBackendContract {
  private static final RocksOptions OPTIONS = new RocksOptions(8 << 20, 4 << 20);

  private int crashes;
  private Path directory = Path.of("");

  @Override
  protected KvBackend create() {
    directory = temporary.resolve("db");
    return open(directory);
  }

  private static RocksKvBackend open(Path directory) {
    return RocksKvBackend.open(directory, FAMILIES, OPTIONS);
  }

  /** The files of a database that runs, copied, are what a killed process leaves. */
  @Override
  protected KvBackend crash(KvBackend crashed) throws IOException {
    for (int i = 1; Files.exists(temporary.resolve("db." + i)); i++) {
      directory = temporary.resolve("db." + i);
    }
    Path copy = temporary.resolve("crash" + crashes++);
    Files.createDirectory(copy);
    // The manifest first: tables it names may be joined by newer ones meanwhile, not the reverse.
    for (Path file : files(".*(CURRENT|MANIFEST.*)")) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    for (Path file : files(".*\\.sst")) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    crashed.close();
    directory = copy;
    return open(copy);
  }

  @Override
  protected KvBackend reopen(KvBackend closed) {
    return open(directory);
  }

  @Override
  protected KvBackend openCheckpoint(Path checkpoint) {
    return open(checkpoint);
  }

  /** Six memtables that wait for their flush stop the writes. */
  @Test
  @Timeout(60)
  void flushesCanBeAskedForWhileWritesAreStopped() throws InterruptedException {
    int flushes = 100;
    CountDownLatch done = new CountDownLatch(2 * flushes);
    for (int i = 0; i < flushes; i++) {
      put(POINT, "a", "" + i);
      backend.startFlush(done::countDown);
      backend.startFlush(done::countDown);
    }
    done.await();
    assertThat(backend.unflushedBytes()).isZero();
  }

  @Test
  void aSmallLimitDoesNotMakeEachWriteAFlush() throws IOException {
    Path small = temporary.resolve("small");
    try (KvBackend limited =
        RocksKvBackend.open(small, FAMILIES, new RocksOptions(8 << 20, 64 << 10))) {
      for (int i = 0; limited.unflushedBytes() < 60 << 10; i++) {
        try (WriteBatch batch = limited.batch()) {
          for (Family family : FAMILIES) {
            batch.put(family, bytes("key " + i), new byte[1000]);
          }
          limited.write(batch);
        }
      }
      limited.flush();
      try (Stream<Path> files = Files.list(small)) {
        assertThat(files.filter(file -> file.toString().endsWith(".sst")).count())
            .as("one file of each family")
            .isEqualTo(FAMILIES.size());
      }
    }
  }

  @Test
  void closingWithOpenReadersIsRefusedAndThenPossible() {
    put(POINT, "a", "1");
    Snapshot snapshot = backend.snapshot();
    Cursor cursor = snapshot.ascending(POINT, new byte[0], null);
    assertThatThrownBy(backend::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("still open: 2");
    assertThat(backend.get(POINT, bytes("a"))).isEqualTo(bytes("1"));
    snapshot.close();
    assertThat(cursor.next()).isTrue();
    assertThat(cursor.value()).isEqualTo(bytes("1"));
    cursor.close();
    backend.close();
  }

  @Test
  void readersRacingWithCloseGetAnExceptionNotACrash() throws InterruptedException {
    put(POINT, "a", "1");
    AtomicReference<Throwable> unexpected = new AtomicReference<>();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      readers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (true) {
                        backend.get(POINT, bytes("a"));
                      }
                    } catch (IllegalStateException e) {
                      assertThat(e).hasMessageContaining("closed");
                    } catch (Throwable e) {
                      unexpected.set(e);
                    }
                  }));
    }
    backend.close();
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(unexpected.get()).isNull();
  }

  @Test
  void aDirectoryWithOtherFilesIsRefused() throws IOException {
    Path foreign = Files.createDirectory(temporary.resolve("foreign"));
    Files.writeString(foreign.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> open(foreign))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining(foreign.toString())
        .hasMessageContaining("choose another directory");
    assertThat(foreign.resolve("notes.txt")).hasContent("mine");
  }

  @Test
  void aFamilyOfANewerVersionIsRefused() {
    backend.close();
    assertThatThrownBy(() -> RocksKvBackend.open(directory, FAMILIES.subList(0, 2), OPTIONS))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("[small]")
        .hasMessageContaining("newer version");
  }

  @Test
  void aFamilyOfAnOlderVersionIsAdded() {
    put(POINT, "a", "1");
    backend.close();
    Family added = new Family("added", 3, Family.Access.SMALL);
    List<Family> more = Stream.concat(FAMILIES.stream(), Stream.of(added)).toList();
    backend = RocksKvBackend.open(directory, more, OPTIONS);
    assertThat(all(backend, POINT)).containsExactly("a=1");
    assertThat(all(backend, added)).isEmpty();
  }

  @Test
  void aSecondOpenOfTheSameDirectoryIsRefused() {
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("another process");
  }

  @Test
  void aDamagedManifestIsReportedWithItsRemedy() throws IOException {
    put(POINT, "a", "1");
    backend.close();
    flipBit(files(".*/MANIFEST.*").getFirst(), 40);
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("go back to a copy of the data directory");
  }

  @Test
  void aDamagedTableIsReportedByTheRead() throws IOException {
    put(POINT, "a", "x".repeat(1000));
    backend.close();
    for (Path table : files(".*\\.sst")) {
      flipBit(table, 10);
    }
    KvBackend damaged = open(directory);
    assertThatThrownBy(() -> damaged.get(POINT, bytes("a"))).isInstanceOf(BackendException.class);
    assertThatThrownBy(damaged::snapshot).isInstanceOf(BackendException.class);
    assertThatThrownBy(damaged::close).isInstanceOf(BackendException.class);
  }

  @Test
  void theSafetyFlushTakesAllFamilies() throws IOException {
    long manifestBefore = manifestBytes();
    byte[] value = new byte[64 << 10];
    for (int i = 0; i < 600; i++) {
      try (WriteBatch batch = backend.batch()) {
        batch.put(POINT, ("k" + i).getBytes(UTF_8), value);
        batch.put(LOG, ("k" + i).getBytes(UTF_8), new byte[] {1});
        backend.write(batch);
      }
    }
    long deadline = System.nanoTime() + SECONDS.toNanos(20);
    // a flush has happened when the manifest names its tables, not when they exist
    while (manifestBytes() == manifestBefore && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    backend = crash(backend);
    assertThat(all(backend, POINT)).hasSizeBetween(200, 600);
    assertThat(all(backend, LOG)).hasSameSizeAs(all(backend, POINT));
  }

  private long manifestBytes() throws IOException {
    long bytes = 0;
    for (Path manifest : files(".*MANIFEST.*")) {
      bytes += Files.size(manifest);
    }
    return bytes;
  }

  @Test
  void theDirectoryIsForItsOwnerOnly() throws IOException {
    assertThat(Files.getPosixFilePermissions(directory)).hasSize(3);
  }

  private List<Path> files(String pattern) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().matches(pattern)).toList();
    }
  }

  private static void flipBit(Path file, int offset) throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[offset] ^= 1;
    Files.write(file, content);
  }
}
