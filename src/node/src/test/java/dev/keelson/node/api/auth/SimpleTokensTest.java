package dev.keelson.node.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.auth.Caller;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Tokens in memory, on virtual time. */
class SimpleTokensTest {
  private static final String TOKEN = "abcdefghijklmnop.17";

  private long now = -5;
  private final SimpleTokens tokens = new SimpleTokens(() -> now, 300);

  private void pass(long seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void belongsToItsUserAtTheNewestRevision() {
    tokens.tokenIssued(TOKEN, "u");
    assertThat(tokens.resolve(TOKEN, 9)).isEqualTo(new Caller("u", 9));
    assertThat(tokens.resolve(TOKEN, 10)).isEqualTo(new Caller("u", 10));
    assertThat(tokens.resolve("abcdefghijklmnop.18", 9)).isNull();
    assertThat(tokens.resolve("", 9)).isNull();
  }

  @Test
  void expiresWhenItHasNotBeenUsedForItsTime() {
    tokens.tokenIssued(TOKEN, "u");
    pass(299);
    assertThat(tokens.resolve(TOKEN, 1)).isNotNull();
    pass(299);
    assertThat(tokens.resolve(TOKEN, 1)).as("each use counts").isNotNull();
    pass(300);
    assertThat(tokens.resolve(TOKEN, 1)).isNull();
    assertThat(tokens.size()).isZero();
  }

  @Test
  void sweepingForgetsOnlyTheExpired() {
    tokens.tokenIssued(TOKEN, "u");
    pass(200);
    tokens.tokenIssued("qrstuvwxyzabcdef.18", "u");
    pass(100);
    tokens.sweep();
    assertThat(tokens.size()).isEqualTo(1);
    assertThat(tokens.resolve(TOKEN, 1)).isNull();
  }

  @Test
  void endsWithItsUserOrWithAuthentication() {
    tokens.tokenIssued(TOKEN, "u");
    tokens.tokenIssued("qrstuvwxyzabcdef.18", "v");
    tokens.tokensRevoked("u");
    assertThat(tokens.resolve(TOKEN, 1)).isNull();
    assertThat(tokens.resolve("qrstuvwxyzabcdef.18", 1)).isNotNull();
    tokens.allTokensRevoked();
    assertThat(tokens.size()).isZero();
  }

  @Test
  void onlyWhatLooksLikeATokenIsWaitedFor() {
    assertThat(tokens.mayArrive(tokens.newPrefix() + ".18446744073709551615")).isTrue();
    assertThat(tokens.mayArrive(TOKEN)).isTrue();
    for (String other :
        new String[] {
          "",
          ".",
          "abcdefghijklmnop",
          "abcdefghijklmnop.",
          "abcdefghijklmno.17",
          "abcdefghijklmno1.17",
          "abcdefghijklmnop.1a",
          "abcdefghijklmnop.-1",
          "abcdefghijklmnop.1.7",
          "abcdefghijklmnop.111111111111111111111"
        }) {
      assertThat(tokens.mayArrive(other)).as(other).isFalse();
    }
  }

  @Test
  void prefixesDiffer() {
    assertThat(tokens.newPrefix()).hasSize(16).isNotEqualTo(tokens.newPrefix());
  }
}
