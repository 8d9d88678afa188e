package dev.keelson.node.api.auth;

import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Signed tokens (RFC 7519), which every member with the key can judge without having heard of them.
 * They hold the revision of the authentication store at which they were issued: every later change
 * makes them too old for reading and writing keys.
 */
final class JwtTokens implements Tokens {
  private static final String USERNAME = "username";
  private static final String REVISION = "revision";

  /** Tokens found valid are remembered, as a signature costs more than most requests. */
  private static final int VERIFIED_MAX = 8192;

  private final JwtKeys keys;
  private final long ttlSeconds;
  private final InstantSource clock;
  private final JwtConsumer consumer;
  private final ConcurrentHashMap<String, Verified> verified = new ConcurrentHashMap<>();

  private record Verified(Caller caller, long expiresSeconds) {}

  private JwtTokens(JwtKeys keys, long ttlSeconds, InstantSource clock) {
    this.keys = keys;
    this.ttlSeconds = ttlSeconds;
    this.clock = clock;
    JwtConsumerBuilder builder =
        new JwtConsumerBuilder()
            .setVerificationKey(keys.verifying())
            .setJwsAlgorithmConstraints(
                AlgorithmConstraints.ConstraintType.PERMIT, keys.algorithm())
            .setSkipAllDefaultValidators();
    if (!keys.checksStrength()) {
      builder.setRelaxVerificationKeyValidation();
    }
    consumer = builder.build();
  }

  static JwtTokens open(JwtOptions options, InstantSource clock) {
    return new JwtTokens(options.keys(), options.ttl().toSeconds(), clock);
  }

  @Override
  public @Nullable Caller resolve(String token, long revision) {
    long now = clock.millis() / 1000;
    Verified known = verified.get(token);
    if (known == null) {
      known = verify(token);
      if (known == null) {
        return null;
      }
      if (verified.size() >= VERIFIED_MAX) {
        verified.clear();
      }
      verified.put(token, known);
    }
    return now < known.expiresSeconds() ? known.caller() : null;
  }

  private @Nullable Verified verify(String token) {
    try {
      JwtClaims claims = consumer.processToClaims(token);
      String username = claims.getStringClaimValue(USERNAME);
      Object revision = claims.getClaimValue(REVISION);
      NumericDate expires = claims.getExpirationTime();
      NumericDate begins = claims.getNotBefore();
      if (username == null
          || !(revision instanceof Number number)
          || (begins != null && begins.getValue() > clock.millis() / 1000)) {
        return null;
      }
      return new Verified(
          new Caller(username, number.longValue()),
          expires == null ? Long.MAX_VALUE : expires.getValue());
    } catch (InvalidJwtException | MalformedClaimException e) {
      return null;
    }
  }

  @Override
  public boolean mayArrive(String token) {
    return false;
  }

  @Override
  public String newPrefix() {
    return "";
  }

  @Override
  public String issue(String username, long revision, String issued) throws KvException {
    if (keys.signing() == null) {
      throw new KvException(KvError.VERIFY_ONLY);
    }
    JwtClaims claims = new JwtClaims();
    claims.setStringClaim(USERNAME, username);
    claims.setClaim(REVISION, revision);
    claims.setExpirationTime(NumericDate.fromSeconds(clock.millis() / 1000 + ttlSeconds));
    try {
      return keys.sign(claims.toJson());
    } catch (JoseException e) {
      throw new IllegalStateException("a key that has signed before does not any more", e);
    }
  }

  @Override
  public void sweep() {
    long now = clock.millis() / 1000;
    verified.values().removeIf(each -> each.expiresSeconds() <= now);
  }
}
