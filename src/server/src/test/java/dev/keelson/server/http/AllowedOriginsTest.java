package dev.keelson.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AllowedOriginsTest {
  private static final AllowedOrigins TWO =
      new AllowedOrigins(List.of("http://a.example", "https://b.example:8443"));

  @Test
  void anAsteriskStandsForAll() {
    AllowedOrigins all = new AllowedOrigins(List.of("*"));
    assertThat(all.headers(null)).containsEntry("Access-Control-Allow-Origin", "*");
    assertThat(all.headers("http://anyone")).containsEntry("Access-Control-Allow-Origin", "*");
    assertThat(all.allows("http://anyone")).isTrue();
  }

  @Test
  void aListedOriginIsToldItsOwnName() {
    assertThat(TWO.headers("https://b.example:8443"))
        .containsEntry("Access-Control-Allow-Origin", "https://b.example:8443")
        .containsEntry("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE")
        .containsEntry("Access-Control-Allow-Headers", "accept, content-type, authorization");
    assertThat(TWO.allows("http://a.example")).isTrue();
  }

  @Test
  void othersGetNoHeadersAndNoSockets() {
    for (String other :
        List.of("http://b.example:8443", "https://b.example", "http://a.example.evil", "null")) {
      assertThat(TWO.headers(other)).as(other).isEmpty();
      assertThat(TWO.allows(other)).as(other).isFalse();
    }
  }

  @Test
  void whoNamesNoOriginIsNoPage() {
    assertThat(TWO.headers(null)).isEmpty();
    assertThat(TWO.allows(null)).isTrue();
  }
}
