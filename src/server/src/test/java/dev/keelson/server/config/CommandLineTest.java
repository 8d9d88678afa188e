package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

  @Test
  void takesEveryFormOfAFlag() {
    CommandLine line =
        CommandLine.parse("--name=a", "--data-dir", "/d", "-wal-dir", "/w", "-max-txn-ops=7");
    assertThat(line.lastValue("name")).isEqualTo("a");
    assertThat(line.lastValue("data-dir")).isEqualTo("/d");
    assertThat(line.lastValue("wal-dir")).isEqualTo("/w");
    assertThat(line.lastValue("max-txn-ops")).isEqualTo("7");
    assertThat(line.lastValue("snapshot-count")).isNull();
  }

  @Test
  void bareSwitchDoesNotTakeTheNextArgument() {
    CommandLine line = CommandLine.parse("--unsafe-no-fsync", "--pre-vote=false", "--name", "b");
    assertThat(line.lastValue("unsafe-no-fsync")).isEqualTo("true");
    assertThat(line.lastValue("pre-vote")).isEqualTo("false");
    assertThat(line.lastValue("name")).isEqualTo("b");
  }

  @Test
  void lastOfARepeatedFlagWins() {
    assertThat(CommandLine.parse("--name=a", "--name=b").lastValue("name")).isEqualTo("b");
  }

  @Test
  void valueMayContainEqualsAndMayBeEmpty() {
    CommandLine line = CommandLine.parse("--initial-cluster=a=http://1.2.3.4:1", "--wal-dir=");
    assertThat(line.lastValue("initial-cluster")).isEqualTo("a=http://1.2.3.4:1");
    assertThat(line.lastValue("wal-dir")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--nme=x, --name",
    "--listen-client-url=x, --listen-client-urls",
    "--dta-dir=x, --data-dir",
    "--datadir=x, --data-dir",
    "--hearbeat-interval=1, --heartbeat-interval",
    "--qouta-backend-bytes=1, --quota-backend-bytes",
    "--versoin, --version"
  })
  void unknownFlagNamesTheNearest(String argument, String nearest) {
    assertThatThrownBy(() -> CommandLine.parse(argument))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("flag provided but not defined: -")
        .hasMessageContaining("did you mean " + nearest + "?");
  }

  @Test
  void strayArgumentIsNamed() {
    assertThatThrownBy(() -> CommandLine.parse("--pre-vote", "false"))
        .hasMessage("\"false\" is not a valid flag");
    assertThatThrownBy(() -> CommandLine.parse("--", "x")).hasMessage("\"x\" is not a valid flag");
  }

  @Test
  void missingValueIsNamed() {
    assertThatThrownBy(() -> CommandLine.parse("--name"))
        .hasMessage("flag needs an argument: -name")
        .isInstanceOfSatisfying(
            ConfigurationException.class, e -> assertThat(e.exitStatus()).isEqualTo(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--help", "-help", "--h"})
  void helpIsRecognized(String argument) {
    assertThat(CommandLine.parse("--name=a", argument).wantsHelp()).isTrue();
  }

  @Test
  void versionIsASwitch() {
    assertThat(CommandLine.parse("--version").wantsVersion()).isTrue();
    assertThat(CommandLine.parse("--version=false").wantsVersion()).isFalse();
    assertThat(CommandLine.parse().wantsVersion()).isFalse();
  }
}
