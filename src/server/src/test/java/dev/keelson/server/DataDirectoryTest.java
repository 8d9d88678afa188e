package dev.keelson.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.config.CommandLine;
import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ConfigurationLoader;
import dev.keelson.server.member.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

  @TempDir Path folder;

  private Configuration configuration(String... more) {
    String[] arguments = new String[more.length + 1];
    arguments[0] = "--data-dir=" + folder.resolve("data");
    System.arraycopy(more, 0, arguments, 1, more.length);
    return ConfigurationLoader.load(CommandLine.parse(arguments), Map.of());
  }

  @Test
  void createsItForTheOwnerOnly() throws IOException {
    DataDirectory.prepare(configuration());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("data"))))
        .isEqualTo("rwx------");
    assertThat(folder.resolve("data")).isEmptyDirectory();
  }

  @Test
  void refusesWhatIsNoDirectory() throws IOException {
    Files.createFile(folder.resolve("data"));
    assertThatThrownBy(() -> DataDirectory.prepare(configuration()))
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("cannot write to the data directory " + folder.resolve("data"));
  }

  @Test
  void contradictoryBootstrapMattersOnlyWithoutData() throws IOException {
    Configuration wrong = configuration("--initial-cluster=other=http://127.0.0.1:2380");
    assertThatThrownBy(() -> DataDirectory.prepare(wrong)).isInstanceOf(StartException.class);
    Files.createDirectories(folder.resolve("data/member"));
    DataDirectory.prepare(wrong);
  }
}
