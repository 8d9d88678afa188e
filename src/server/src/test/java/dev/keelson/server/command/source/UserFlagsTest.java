package dev.keelson.server.command.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.client.Credentials;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Who asks, as etcdctl understands the same words. */
class UserFlagsTest {
  private static final Map<String, String> UNSET = Map.of();
  private static final Map<String, String> SET = Map.of("ETCDCTL_PASSWORD", "from-environment");

  @TempDir private Path folder;

  private static @Nullable Credentials credentials(
      Map<String, String> environment, @Nullable String typed, String... words) {
    UserFlags flags = CommandLine.populateCommand(new UserFlags(), words);
    return flags.credentials(environment::get, () -> typed);
  }

  @Test
  void aPasswordMayFollowTheName() {
    assertThat(credentials(UNSET, null, "--user", "root:pw"))
        .isEqualTo(new Credentials("root", "pw"));
    assertThat(credentials(UNSET, null, "--user=root:p:w:"))
        .isEqualTo(new Credentials("root", "p:w:"));
    assertThat(credentials(UNSET, "typed", "--user=root:")).isEqualTo(new Credentials("root", ""));
  }

  @Test
  void aPasswordByItselfLeavesTheNameAlone() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "from-file\n");
    Credentials given = new Credentials("a:b", "pw");
    assertThat(credentials(SET, null, "--user=a:b", "--password=pw")).isEqualTo(given);
    assertThat(credentials(SET, null, "--user=a:b"))
        .isEqualTo(new Credentials("a:b", "from-environment"));
    assertThat(credentials(SET, null, "--user=a:b", "--password-file=" + file))
        .isEqualTo(new Credentials("a:b", "from-file"));
  }

  @Test
  void aPasswordThatIsMissingIsAskedFor() {
    assertThat(credentials(UNSET, "typed", "--user=root"))
        .isEqualTo(new Credentials("root", "typed"));
    assertThatThrownBy(() -> credentials(UNSET, null, "--user=root"))
        .isInstanceOfSatisfying(
            CommandException.class, e -> assertThat(e.status()).isEqualTo(ExitStatus.USAGE))
        .hasMessageContaining("--user needs a password");
  }

  @Test
  void nobodyAsksWithoutAName() {
    assertThat(credentials(SET, "typed")).isNull();
    assertThat(credentials(UNSET, "typed", "--password=pw")).isNull();
  }

  @Test
  void twoPasswordsAreAMistake() {
    assertThatThrownBy(
            () -> credentials(UNSET, null, "--user=a", "--password=b", "--password-file=c"))
        .hasMessageContaining("exclude each other");
  }

  @Test
  void aFileThatCannotBeReadIsNamed() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> credentials(UNSET, null, "--user=a", "--password-file=" + missing))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining(missing.toString());
  }
}
