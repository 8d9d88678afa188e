package dev.keelson.storage.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CrashableDiskTest {
  private final CrashableDisk disk = new CrashableDisk();
  private final Random random = new Random(1);

  @Test
  void nothingPersistedNothingFound() throws IOException {
    write(disk.create("d/a"), "text");
    assertThat(disk.crash(random, Survival.NONE).list("d")).isEmpty();
    assertThat(disk.crash(random, Survival.ALL).list("d")).containsExactly("a");
    assertThat(disk.list("d")).containsExactly("a");
  }

  @Test
  void aPersistedNameWithoutContentIsAnEmptyFile() throws IOException {
    write(disk.create("d/a"), "text");
    disk.persistDirectory("d");
    assertThat(content(disk.crash(random, Survival.NONE), "d/a")).isEmpty();
  }

  @Test
  void persistedContentWithoutItsNameIsLost() throws IOException {
    DiskFile file = disk.create("d/a");
    write(file, "text");
    file.persist();
    disk.persistDirectory("other");
    assertThat(disk.crash(random, Survival.NONE).list("d")).isEmpty();
  }

  @Test
  void bothPersistedSurviveAndLaterChangesDoNot() throws IOException {
    DiskFile file = disk.create("d/a");
    write(file, "text");
    file.persist();
    disk.persistDirectory("d");
    write(file, "next");
    CrashableDisk after = disk.crash(random, Survival.NONE);
    assertThat(content(after, "d/a")).isEqualTo("text");
    assertThat(content(disk, "d/a")).isEqualTo("next");
    file.truncate(0);
    assertThat(content(disk.crash(random, Survival.NONE), "d/a")).isEqualTo("text");
    assertThat(content(disk.crash(random, Survival.ALL), "d/a")).isEmpty();
  }

  @Test
  void aRenameIsOldOrNewNeverBothNorNeither() throws IOException {
    disk.create("d/old");
    disk.persistDirectory("d");
    disk.rename("d/old", "d/new");
    Set<Object> found = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      found.add(disk.crash(random, Survival.RANDOM).list("d"));
    }
    assertThat(found).containsExactlyInAnyOrder(Set.of("old").stream().toList(), disk.list("d"));
    disk.persistDirectory("d");
    assertThat(disk.crash(random, Survival.NONE).list("d")).containsExactly("new");
  }

  @Test
  void aDeletedFileComesBackUnlessTheDirectoryWasPersisted() throws IOException {
    disk.create("d/a");
    disk.persistDirectory("d");
    disk.delete("d/a");
    assertThat(disk.crash(random, Survival.NONE).list("d")).containsExactly("a");
    disk.persistDirectory("d");
    assertThat(disk.crash(random, Survival.NONE).list("d")).isEmpty();
  }

  @Test
  void writesTearAtSectors() throws IOException {
    DiskFile file = disk.create("d/a");
    file.preallocate(2048);
    file.persist();
    disk.persistDirectory("d");
    file.write(ByteBuffer.wrap("x".repeat(1024).getBytes(UTF_8)), 256);
    Set<String> patterns = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      String found = content(disk.crash(random, Survival.RANDOM), "d/a");
      patterns.add(
          "" + found.charAt(256) + found.charAt(600) + found.charAt(1100) + found.charAt(1279));
      assertThat(found.substring(256, 512)).matches("x*|\0*");
      assertThat(found.substring(512, 1024)).matches("x*|\0*");
      assertThat(found.charAt(255)).isEqualTo('\0');
      assertThat(found.charAt(1280)).isEqualTo('\0');
    }
    assertThat(patterns).hasSize(8);
  }

  @Test
  void aPrefixEndsAtOneMomentOfTheWholeDisk() throws IOException {
    DiskFile a = disk.create("d/a");
    DiskFile b = disk.create("d/b");
    disk.persistDirectory("d");
    for (int i = 0; i < 10; i++) {
      a.write(ByteBuffer.wrap(new byte[] {1}), i);
      b.write(ByteBuffer.wrap(new byte[] {1}), i);
    }
    for (int i = 0; i < 100; i++) {
      CrashableDisk after = disk.crash(random, Survival.PREFIX);
      int difference = content(after, "d/a").length() - content(after, "d/b").length();
      assertThat(difference).isBetween(0, 1);
    }
  }

  @Test
  void aSectorIsNeverNewerThanAChangeItLacks() throws IOException {
    DiskFile file = disk.create("d/a");
    file.preallocate(512);
    file.persist();
    disk.persistDirectory("d");
    file.write(ByteBuffer.wrap(new byte[] {1}), 0);
    file.write(ByteBuffer.wrap(new byte[] {2}), 1);
    Set<String> found = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      found.add(content(disk.crash(random, Survival.RANDOM), "d/a").substring(0, 2));
    }
    assertThat(found).containsExactlyInAnyOrder("\0\0", "\1\0", "\1\2");
  }

  @Test
  void faultsComeWhenAskedFor() throws IOException {
    DiskFile file = disk.create("d/a");
    disk.failWrite(2);
    write(file, "1");
    assertThatThrownBy(() -> write(file, "2".repeat(2048)))
        .hasMessageContaining("input/output error");
    assertThat(content(disk, "d/a")).isEqualTo("2".repeat(1024));
    disk.failPersist(1);
    assertThatThrownBy(file::persist).isInstanceOf(IOException.class);
    file.persist();
    disk.persistDirectory("d");
    assertThat(content(disk.crash(random, Survival.NONE), "d/a")).isEmpty();
    disk.limitSpace(3);
    assertThatThrownBy(() -> write(file, "1".repeat(1100))).hasMessageContaining("no space left");
    disk.flipBit("d/a", 0);
    assertThat(content(disk, "d/a")).startsWith("0");
  }

  @Test
  void aLockIsHeldByOneAndNotOverACrash() throws IOException {
    var lock = disk.lock("d/lock");
    assertThatThrownBy(() -> disk.lock("d/lock")).isInstanceOf(IOException.class);
    disk.crash(random, Survival.ALL).lock("d/lock").close();
    lock.close();
    disk.lock("d/lock").close();
  }

  private static void write(DiskFile file, String text) throws IOException {
    file.write(UTF_8.encode(text), 0);
  }

  private static String content(CrashableDisk disk, String name) throws IOException {
    try (DiskFile file = disk.open(name)) {
      ByteBuffer content = ByteBuffer.allocate((int) file.size());
      file.read(content, 0);
      return UTF_8.decode(content.flip()).toString();
    }
  }
}
