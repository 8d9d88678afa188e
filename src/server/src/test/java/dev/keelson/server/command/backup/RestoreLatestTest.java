package dev.keelson.server.command.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.Subcommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keelson backup restore latest} where there is nothing to be restored from. */
class RestoreLatestTest {
  private static final int BAD_DATA = ExitStatus.BAD_DATA.code();
  private static final int REFUSED = ExitStatus.REFUSED.code();
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path folder;

  private int restore(String id) {
    int code =
        Subcommands.run(
            "backup",
            "restore",
            id,
            "--store=" + folder.resolve("store"),
            "--data-dir=" + folder.resolve("data"),
            "--result-file=" + folder.resolve("result"));
    assertThat(folder.resolve("data")).doesNotExist();
    return code;
  }

  private String result() throws IOException {
    return Files.readString(folder.resolve("result"));
  }

  private void store(String name, byte[] content) throws IOException {
    Files.write(Files.createDirectories(folder.resolve("store")).resolve(name), content);
  }

  private void publish(String id, Instant at) throws IOException {
    Manifest manifest =
        new Manifest(
            id,
            at,
            at,
            new Manifest.Source("1", "2", "3.5.16"),
            new Manifest.Content(7, -1, 1, "digest", "", 100, "0".repeat(64)),
            new Manifest.Stored(100, "0".repeat(64), ""));
    store(id + ".json", manifest.encode());
  }

  @Test
  void anEmptyStoreHasNone() throws Exception {
    assertThat(restore("latest")).isEqualTo(BAD_DATA);
    assertThat(result()).contains("there is no backup in file://");
  }

  @Test
  void dataWithoutManifestIsNone() throws Exception {
    store("killed.data", "the beginning".getBytes(UTF_8));
    store("killed.verified", "{}".getBytes(UTF_8));
    assertThat(restore("latest")).isEqualTo(BAD_DATA);
    assertThat(result()).contains("there is no backup in file://");
    assertThat(restore("killed")).isEqualTo(BAD_DATA);
    assertThat(result()).contains("there is no complete backup");
  }

  @Test
  void theNewestIsNotReplacedByAnOlderOneWhenItIsDamaged() throws Exception {
    Instant now = Instant.now();
    publish("older", now.minus(DAY));
    publish("newer", now);
    assertThat(restore("latest")).isEqualTo(BAD_DATA);
    assertThat(result()).contains("the backup newer is damaged: its data is missing");
    store("newer.data", "not what was stored".getBytes(UTF_8));
    assertThat(restore("latest")).isEqualTo(BAD_DATA);
    assertThat(result()).contains("the backup newer is damaged: ");
  }

  @Test
  void aManifestThatCannotBeReadHidesWhichIsTheNewest() throws Exception {
    publish("today", Instant.now());
    store("other.json", "{}".getBytes(UTF_8));
    assertThat(restore("latest")).isEqualTo(BAD_DATA);
    assertThat(result())
        .contains("cannot tell which backup is the newest", "the manifest of the backup other");
    assertThat(restore("today")).isEqualTo(BAD_DATA);
    assertThat(result()).contains("the backup today is damaged: its data is missing");
  }

  @Test
  void aBackupFromTheFutureHidesWhichIsTheNewest() throws Exception {
    publish("today", Instant.now());
    publish("ahead", Instant.now().plus(DAY));
    assertThat(restore("latest")).isEqualTo(REFUSED);
    assertThat(result()).contains("cannot tell which backup is the newest", "ahead");
    assertThat(restore("today")).isEqualTo(BAD_DATA);
    assertThat(result()).contains("the backup today is damaged: its data is missing");
  }
}
