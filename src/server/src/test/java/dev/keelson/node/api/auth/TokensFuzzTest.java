package dev.keelson.node.api.auth;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.keelson.kv.auth.Caller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of strangers: never an identity, never an exception. */
class TokensFuzzTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
  private static final String OWN = "abcdefghijklmnop.7";

  @TempDir static Path folder;

  private @Nullable JwtTokens signed;

  private JwtTokens signed() throws IOException {
    JwtTokens made = signed;
    if (made == null) {
      Path secret = Files.writeString(folder.resolve("secret"), "0123456789abcdef0123456789abcdef");
      made =
          JwtTokens.open(
              JwtOptions.parse("jwt,sign-method=HS256,priv-key=" + secret + ",ttl=5m"), CLOCK);
      signed = made;
    }
    return made;
  }

  @FuzzTest(maxDuration = "1m")
  void signedOnes(byte[] content) throws IOException {
    String token = new String(content, StandardCharsets.ISO_8859_1);
    Caller caller = signed().resolve(token, 1);
    if (caller != null) {
      throw new IllegalStateException("a forged token is " + caller);
    }
    var _ = signed().mayArrive(token);
  }

  @FuzzTest(maxDuration = "1m")
  void simpleOnes(byte[] content) {
    SimpleTokens tokens = new SimpleTokens(() -> 0, 300);
    tokens.tokenIssued(OWN, "alice");
    String token = new String(content, StandardCharsets.ISO_8859_1);
    boolean known = tokens.resolve(token, 1) != null;
    if (known != token.equals(OWN)) {
      throw new IllegalStateException("taken for a token: " + token);
    }
    if (tokens.mayArrive(token) && !token.matches("[a-zA-Z]{16}\\.[0-9]{1,20}")) {
      throw new IllegalStateException("taken for the form of a token: " + token);
    }
  }
}
