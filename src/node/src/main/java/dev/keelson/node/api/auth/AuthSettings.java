package dev.keelson.node.api.auth;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * How a member authenticates callers.
 *
 * @param token the kind of token and its options, as in etcd: {@code simple}, or {@code
 *     jwt,sign-method=RS256,pub-key=FILE,priv-key=FILE,ttl=5m}
 * @param tokenTtlSeconds how long a simple token is valid after its last use
 * @param bcryptCost the cost of new password hashes, from 4 to 31: the logarithm of their rounds
 * @param certificateNames whether the common name of a client's verified certificate is its user
 */
public record AuthSettings(
    String token, int tokenTtlSeconds, int bcryptCost, boolean certificateNames) {
  /** The least cost that bcrypt knows. */
  public static final int BCRYPT_COST_MIN = 4;

  /** The greatest cost that bcrypt knows. */
  public static final int BCRYPT_COST_MAX = 31;

  private static final String SIMPLE = "simple";

  /** etcd's defaults. */
  public static final AuthSettings DEFAULT = new AuthSettings(SIMPLE, 300, 10, false);

  /**
   * Opens the kind of tokens that is asked for.
   *
   * @param nowNanos a monotonic clock
   * @param clock the clock that signed tokens name their end by
   * @throws IllegalArgumentException with the reason if the options make no sense, or a key cannot
   *     be read
   */
  public Tokens openTokens(LongSupplier nowNanos, InstantSource clock) {
    return token.equals(SIMPLE)
        ? new SimpleTokens(nowNanos, tokenTtlSeconds)
        : JwtTokens.open(JwtOptions.parse(token), clock);
  }
}
