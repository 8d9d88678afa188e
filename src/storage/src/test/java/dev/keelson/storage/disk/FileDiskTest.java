package dev.keelson.storage.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDiskTest {
  @TempDir Path temporary;
  private Path root = Path.of("");
  private FileDisk disk = nothing();

  @SuppressWarnings("NullAway") // set before each test
  private static FileDisk nothing() {
    return null;
  }

  @BeforeEach
  void open() throws IOException {
    root = temporary.resolve("data");
    disk = FileDisk.open(root);
  }

  @Test
  void writesAndReadsBack() throws IOException {
    disk.createDirectory("d/e");
    try (DiskFile file = disk.create("d/e/f")) {
      file.preallocate(3 << 20);
      assertThat(file.size()).isEqualTo(3 << 20);
      file.write(UTF_8.encode("text"), 1 << 20);
      file.persist();
      disk.persistDirectory("d/e");
      ByteBuffer read = ByteBuffer.allocate(6);
      assertThat(file.read(read, (1 << 20) - 1)).isEqualTo(6);
      assertThat(new String(read.array(), UTF_8)).isEqualTo("\0text\0");
      file.truncate(10);
      assertThat(file.read(ByteBuffer.allocate(1), 10)).isEqualTo(-1);
    }
    assertThat(disk.list("d/e")).containsExactly("f");
    assertThat(disk.list("d")).isEmpty();
    assertThat(disk.list("nowhere")).isEmpty();
    disk.rename("d/e/f", "d/e/g");
    assertThatThrownBy(() -> disk.open("d/e/f")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> disk.create("d/e/g")).isInstanceOf(FileAlreadyExistsException.class);
    disk.delete("d/e/g");
    assertThat(disk.list("d/e")).isEmpty();
  }

  @Test
  void filesAreForTheirOwnerOnly() throws IOException {
    disk.createDirectory("d");
    disk.create("d/f").close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwx------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("d"))))
        .isEqualTo("rwx------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("d/f"))))
        .isEqualTo("rw-------");
    assertThat(disk.permissionWarning()).isEmpty();
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-x---"));
    assertThat(disk.permissionWarning().orElse("")).contains(root.toString()).contains("chmod 700");
  }

  @Test
  void aLockIsHeldByOne() throws IOException {
    Closeable lock = disk.lock("lock");
    assertThatThrownBy(() -> disk.lock("lock"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(root.resolve("lock").toString())
        .hasMessageContaining(String.valueOf(ProcessHandle.current().pid()));
    lock.close();
    disk.lock("lock").close();
  }
}
