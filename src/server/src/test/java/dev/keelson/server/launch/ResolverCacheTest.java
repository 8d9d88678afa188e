package dev.keelson.server.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a process of its own: the JDK reads the length of its caches once. */
final class ResolverCacheTest {
  @TempDir Path folder;

  /** Looks a name up, moves it, and looks it up again. */
  static final class Lookup {
    private Lookup() {}

    public static void main(String... arguments) throws IOException {
      ResolverCache.turnOff();
      Path hosts = Path.of(arguments[0]);
      for (String address : List.of("127.0.0.2", "127.0.0.3")) {
        Files.writeString(hosts, address + " moving.example\n");
        System.out.print(InetAddress.getByName("moving.example").getHostAddress() + " ");
      }
    }
  }

  @Test
  void aNameThatMovesIsFoundAtItsNewAddress() throws IOException, InterruptedException {
    Path hosts = folder.resolve("hosts");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.net.hosts.file=" + hosts,
                "-cp",
                System.getProperty("java.class.path"),
                Lookup.class.getName(),
                hosts.toString())
            .redirectErrorStream(true)
            .start();
    String output;
    try (InputStream printed = process.getInputStream()) {
      output = new String(printed.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).isEqualTo("127.0.0.2 127.0.0.3 ");
  }
}
