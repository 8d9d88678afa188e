package dev.keelson.node.api.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The options of signed tokens, written as in etcd: {@code
 * jwt,sign-method=RS256,pub-key=FILE,priv-key=FILE,ttl=5m}. Without a private key tokens can be
 * verified and not issued; for the HMAC methods the file named by {@code priv-key} is the secret.
 *
 * @param keys what signs and what verifies
 * @param ttl how long a token is valid after it was issued
 */
record JwtOptions(JwtKeys keys, Duration ttl) {
  private static final Duration DEFAULT_TTL = Duration.ofMinutes(5);
  private static final Pattern DURATION =
      Pattern.compile("(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?", Pattern.CASE_INSENSITIVE);

  /**
   * Reads the text of {@code --auth-token} and the key files that it names.
   *
   * @throws IllegalArgumentException with the reason if that cannot be done
   */
  static JwtOptions parse(String text) {
    String[] parts = text.split(",", -1);
    if (!parts[0].equals("jwt")) {
      throw new IllegalArgumentException(
          "--auth-token: unknown kind \"%s\"; use simple or jwt".formatted(parts[0]));
    }
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i < parts.length; i++) {
      String[] pair = parts[i].split("=", 2);
      if (pair.length != 2 || options.put(pair[0].strip(), pair[1].strip()) != null) {
        throw new IllegalArgumentException(
            "--auth-token: \"%s\" is not an option, or is given twice".formatted(parts[i]));
      }
    }
    String method = options.remove("sign-method");
    if (method == null) {
      throw new IllegalArgumentException("--auth-token: jwt needs sign-method");
    }
    byte[] publicKey = read(options.remove("pub-key"));
    byte[] privateKey = read(options.remove("priv-key"));
    String ttl = options.remove("ttl");
    if (!options.isEmpty()) {
      throw new IllegalArgumentException(
          "--auth-token: unknown options of jwt: " + String.join(", ", options.keySet()));
    }
    Duration lifetime = ttl == null ? DEFAULT_TTL : duration(ttl);
    return new JwtOptions(JwtKeys.of(method, publicKey, privateKey), lifetime);
  }

  private static byte[] read(@Nullable String file) {
    if (file == null) {
      return new byte[0];
    }
    try {
      return Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw new IllegalArgumentException("--auth-token: cannot read " + file, e);
    }
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text.toLowerCase(Locale.ROOT));
    Duration sum = Duration.ZERO;
    if (matcher.matches()) {
      sum =
          Duration.ofHours(number(matcher.group(1)))
              .plusMinutes(number(matcher.group(2)))
              .plusSeconds(number(matcher.group(3)));
    }
    if (!sum.isPositive()) {
      throw new IllegalArgumentException(
          "--auth-token: ttl=%s is not a duration such as 5m".formatted(text));
    }
    return sum;
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }
}
