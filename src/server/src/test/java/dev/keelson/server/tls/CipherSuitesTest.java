package dev.keelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.member.StartException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CipherSuitesTest {
  private static final List<String> OF_TLS13 =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  @Test
  void theOrderIsKeptAndThoseOfTls13FollowAlways() {
    List<String> asked =
        List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    List<String> enabled = CipherSuites.enabled(asked);
    assertThat(enabled).startsWith(asked.toArray(String[]::new)).hasSize(5);
    assertThat(enabled.subList(2, 5)).containsExactlyInAnyOrderElementsOf(OF_TLS13);
  }

  @Test
  void shortNamesOfGoAreKnown() {
    assertThat(CipherSuites.enabled(List.of("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305")))
        .contains("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
        .doesNotContain("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305");
  }

  @Test
  void weakOnesAreLeftOutAndUnknownOnesEndTheStart() {
    List<String> one = List.of("TLS_RSA_WITH_AES_128_CBC_SHA");
    assertThat(
            CipherSuites.enabled(
                List.of("TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")))
        .doesNotContainAnyElementsOf(one);
    assertThatThrownBy(() -> CipherSuites.enabled(one))
        .isInstanceOf(StartException.class)
        .hasMessage("none of --cipher-suites is offered here");
    assertThatThrownBy(() -> CipherSuites.enabled(List.of("TLS_NULL")))
        .isInstanceOf(StartException.class)
        .hasMessage("unexpected TLS cipher suite \"TLS_NULL\"");
  }
}
