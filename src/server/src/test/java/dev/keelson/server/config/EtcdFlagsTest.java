package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** No flag of etcd is unknown here, but those that etcd itself has dropped. */
class EtcdFlagsTest {
  /** Of the v2 API, its proxy and its discovery; 3.6 refuses them too. */
  private static final Set<String> DROPPED =
      Set.of(
          "discovery",
          "discovery-proxy",
          "enable-v2",
          "experimental-enable-v2v3",
          "proxy",
          "proxy-dial-timeout",
          "proxy-failure-wait",
          "proxy-read-timeout",
          "proxy-refresh-interval",
          "proxy-write-timeout");

  @Test
  void everyFlagIsKnown() throws IOException {
    Set<String> unknown = new TreeSet<>();
    List<String> flags = flags();
    for (String flag : flags) {
      if (Options.named(flag) == null
          && Options.formerlyNamed(flag) == null
          && Options.gateFormerlyNamed(flag) == null) {
        unknown.add(flag);
      }
    }
    assertThat(unknown).isEqualTo(new TreeSet<>(DROPPED));
    assertThat(flags).hasSizeGreaterThan(130);
  }

  @Test
  void whatWasDroppedIsRefused() {
    for (String flag : DROPPED) {
      assertThatThrownBy(() -> CommandLine.parse("--" + flag + "=x"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("flag provided but not defined: -" + flag);
    }
  }

  private static List<String> flags() throws IOException {
    try (InputStream text =
        Objects.requireNonNull(EtcdFlagsTest.class.getResourceAsStream("/config/etcd-flags.txt"))) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }
}
