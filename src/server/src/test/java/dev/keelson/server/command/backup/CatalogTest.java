package dev.keelson.server.command.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.server.command.Subcommands;
import dev.keelson.server.command.store.BackupStore;
import dev.keelson.server.command.store.StoreFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A store in which somebody else wrote, or something broke. */
class CatalogTest {
  @TempDir private Path folder;

  private static byte[] manifest(String id, Instant at) {
    return new Manifest(
            id,
            at,
            at,
            new Manifest.Source("1", "2", "3.5.16"),
            new Manifest.Content(7, -1, 1, "digest", "", 100, "0".repeat(64)),
            new Manifest.Stored(100, "0".repeat(64), ""))
        .encode();
  }

  private void publish(String id, Duration age) throws IOException {
    write(id + ".json", manifest(id, Instant.now().minus(age)));
    write(id + ".data", new byte[100]);
  }

  private void write(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }

  @Test
  void whatCannotBeReadIsNamedAndHidesNothing() throws Exception {
    publish("a", Duration.ofDays(2));
    publish("b", Duration.ofDays(1));
    write("notes.json", "[1, 2]".getBytes(UTF_8));
    write("torn.json", "{\"formatVersion\": 1, \"ki".getBytes(UTF_8));
    write("copy.json", manifest("a", Instant.now()));
    write(
        "large.json",
        new String(manifest("large", Instant.now()), UTF_8)
            .replace("\"revision\":7", "\"revision\":1e40")
            .getBytes(UTF_8));
    Catalog.Listing all;
    try (BackupStore store =
        CommandLine.populateCommand(new StoreFlags(), "--store=" + folder).open()) {
      all = new Catalog(store, Clock.systemUTC()).list();
    }
    assertThat(all.backups()).extracting(StoredBackup::id).containsExactly("b", "a");
    assertThat(all.unreadable())
        .containsExactly(
            "the manifest of the backup copy is that of a",
            "the manifest of the backup large is damaged",
            "the manifest of the backup notes is damaged",
            "the manifest of the backup torn is damaged");
  }

  @Test
  void pruningLeavesItAlone() throws Exception {
    publish("a", Duration.ofDays(3));
    publish("b", Duration.ofDays(2));
    publish("c", Duration.ofDays(1));
    write("b.json", "{".getBytes(UTF_8));
    int code = Subcommands.run("backup", "prune", "--keep-last=1", "--store=" + folder);
    assertThat(code).isZero();
    assertThat(folder.resolve("a.data")).doesNotExist();
    assertThat(folder.resolve("b.data")).exists();
    assertThat(folder.resolve("b.json")).exists();
    assertThat(folder.resolve("c.data")).exists();
  }
}
