package dev.keelson.server.config;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is configured, the answer is a configuration or a message, never another failure. */
class ConfigFuzzTest {

  @TempDir static Path folder;

  @FuzzTest(maxDuration = "1m")
  void file(byte[] content) throws IOException {
    Path file = folder.resolve("etcd.yaml");
    Files.write(file, content);
    load("--config-file=" + file);
  }

  @FuzzTest(maxDuration = "1m")
  void arguments(byte[] lines) {
    load(new String(lines, StandardCharsets.UTF_8).split("\n", -1));
  }

  private static void load(String... arguments) {
    try {
      CommandLine commandLine = CommandLine.parse(arguments);
      if (!commandLine.wantsHelp() && !commandLine.wantsVersion()) {
        ConfigurationLoader.load(commandLine, Map.of()).shown();
      }
    } catch (ConfigurationException refused) {
      if (refused.getMessage().isBlank()) {
        throw new IllegalStateException("a refusal without a reason", refused);
      }
    }
  }

  @FuzzTest(maxDuration = "1m")
  void cluster(byte[] text) {
    InitialCluster cluster;
    try {
      cluster = InitialCluster.parse(new String(text, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException refused) {
      return;
    }
    String shown = cluster.toString();
    if (!InitialCluster.parse(shown).toString().equals(shown)) {
      throw new IllegalStateException("does not read back what it shows: " + shown);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void url(byte[] text) {
    Url url;
    try {
      url = Url.parse(new String(text, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException refused) {
      return;
    }
    if (!Url.parse(url.toString()).equals(url)) {
      throw new IllegalStateException("does not read back what it shows: " + url);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void duration(byte[] text) {
    String shown;
    try {
      shown = GoDuration.format(GoDuration.parse(new String(text, StandardCharsets.UTF_8)));
    } catch (NumberFormatException | ArithmeticException refused) {
      return;
    }
    if (!GoDuration.format(GoDuration.parse(shown)).equals(shown)) {
      throw new IllegalStateException("does not read back what it shows: " + shown);
    }
  }
}
