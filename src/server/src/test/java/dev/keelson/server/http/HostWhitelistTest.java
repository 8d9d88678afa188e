package dev.keelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostWhitelistTest {

  private final HostWhitelist whitelist = new HostWhitelist(List.of("good.example", "::1"));

  @ParameterizedTest
  @CsvSource({
    "good.example,true",
    "good.example:2379,true",
    "GOOD.example,false",
    "evil.example,false",
    "good.example.evil.example,false",
    "[::1]:2379,true",
    "::1,true",
    "'',false"
  })
  void comparesTheNameWithoutThePort(String header, boolean allowed) {
    assertThat(whitelist.allows(header)).isEqualTo(allowed);
  }

  @Test
  void anAsteriskOrNothingAllowsAll() {
    assertThat(new HostWhitelist(List.of("*")).allows("x")).isTrue();
    assertThat(new HostWhitelist(List.of()).allows(null)).isTrue();
    assertThat(whitelist.allows(null)).isFalse();
  }

  @Test
  void theRefusalRepeatsNothingThatABrowserWouldRun() {
    assertThat(HostWhitelist.refusal("<script>")).contains("?script?").doesNotContain("<script>");
  }
}
