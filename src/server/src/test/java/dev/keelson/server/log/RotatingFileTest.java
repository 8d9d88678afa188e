package dev.keelson.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.server.config.CommandLine;
import dev.keelson.server.config.ConfigurationLoader;
import dev.keelson.server.config.LogRotation;
import dev.keelson.server.config.ServingOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingFileTest {

  private static final byte[] HALF_A_MEGABYTE_AND_MORE = new byte[600_000];

  @TempDir Path folder;

  private Instant now = Instant.parse("2026-01-02T15:04:05Z");

  static {
    Arrays.fill(HALF_A_MEGABYTE_AND_MORE, (byte) 'x');
  }

  private RotatingFile open(String json) throws IOException {
    LogRotation settings =
        ConfigurationLoader.load(CommandLine.parse("--log-rotation-config-json=" + json), Map.of())
            .get(ServingOptions.LOG_ROTATION_CONFIG_JSON);
    return new RotatingFile(folder.resolve("etcd.log"), settings, () -> now);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void fill(RotatingFile file, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      file.write(HALF_A_MEGABYTE_AND_MORE);
      now = now.plus(Duration.ofDays(1));
    }
  }

  @Test
  void aFullFileIsPutAsideUnderItsTime() throws IOException {
    try (RotatingFile file = open("{\"maxsize\": 1}")) {
      fill(file, 2);
      assertThat(files()).containsExactly("etcd-2026-01-03T15-04-05.000.log", "etcd.log");
      assertThat(folder.resolve("etcd.log")).hasSize(HALF_A_MEGABYTE_AND_MORE.length);
    }
    try (RotatingFile again = open("{\"maxsize\": 1}")) {
      fill(again, 1); // what was there counts
      assertThat(files()).hasSize(3);
    }
  }

  @Test
  void onlySoManyAreKeptAndOthersAreLeftAlone() throws IOException {
    Files.writeString(folder.resolve("etcd-notes.log"), "mine");
    try (RotatingFile file = open("{\"maxsize\": 1, \"maxbackups\": 2}")) {
      fill(file, 6);
      file.tidy();
      assertThat(files())
          .containsExactly(
              "etcd-2026-01-06T15-04-05.000.log",
              "etcd-2026-01-07T15-04-05.000.log",
              "etcd-notes.log",
              "etcd.log");
    }
  }

  @Test
  void oldOnesGo() throws IOException {
    try (RotatingFile file = open("{\"maxsize\": 1, \"maxage\": 3}")) {
      fill(file, 6);
      file.tidy();
      assertThat(files())
          .containsExactly(
              "etcd-2026-01-05T15-04-05.000.log",
              "etcd-2026-01-06T15-04-05.000.log",
              "etcd-2026-01-07T15-04-05.000.log",
              "etcd.log");
    }
  }

  @Test
  void compressedOnesUnfoldToTheSame() throws IOException {
    try (RotatingFile file = open("{\"maxsize\": 1, \"compress\": true}")) {
      fill(file, 2);
      file.tidy();
      assertThat(files()).containsExactly("etcd-2026-01-03T15-04-05.000.log.gz", "etcd.log");
      try (InputStream packed =
          new GZIPInputStream(
              Files.newInputStream(folder.resolve("etcd-2026-01-03T15-04-05.000.log.gz")))) {
        assertThat(packed.readAllBytes()).isEqualTo(HALF_A_MEGABYTE_AND_MORE);
      }
    }
  }
}
