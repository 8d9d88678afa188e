package dev.keelson.node.api.auth;

import dev.keelson.kv.auth.Caller;
import java.security.SecureRandom;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that every member keeps in memory. They are issued through the log, so all members hear of
 * them, and each forgets a token that has not been used with it for some time. They are lost at a
 * restart, but for those that the log brings back.
 */
final class SimpleTokens implements Tokens {
  private static final int PREFIX_LETTERS = 16;
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  /** A use is recorded when this much has passed since the last: keeps most uses free of writes. */
  private static final long GRANULARITY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final ConcurrentHashMap<String, Login> logins = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();
  private final LongSupplier nowNanos;
  private final long ttlNanos;

  private static final class Login {
    final String username;
    volatile long usedNanos;

    Login(String username, long usedNanos) {
      this.username = username;
      this.usedNanos = usedNanos;
    }
  }

  /**
   * Creates an empty table.
   *
   * @param ttlSeconds how long a token is valid after its last use
   */
  SimpleTokens(LongSupplier nowNanos, int ttlSeconds) {
    this.nowNanos = nowNanos;
    this.ttlNanos = TimeUnit.SECONDS.toNanos(ttlSeconds);
  }

  @Override
  public @Nullable Caller resolve(String token, long revision) {
    Login login = logins.get(token);
    if (login == null) {
      return null;
    }
    long now = nowNanos.getAsLong();
    long unused = now - login.usedNanos;
    if (unused >= ttlNanos) {
      logins.remove(token, login);
      return null;
    }
    if (unused >= GRANULARITY_NANOS) {
      login.usedNanos = now;
    }
    return new Caller(login.username, revision);
  }

  /** Letters, a dot, and the index of the entry that issued it. */
  @Override
  public boolean mayArrive(String token) {
    int dot = token.indexOf('.');
    if (dot != PREFIX_LETTERS || token.length() == dot + 1 || token.length() > dot + 21) {
      return false;
    }
    for (int i = 0; i < token.length(); i++) {
      char each = token.charAt(i);
      boolean expected =
          i < dot ? LETTERS.indexOf(each) >= 0 : i == dot || (each >= '0' && each <= '9');
      if (!expected) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String newPrefix() {
    StringBuilder prefix = new StringBuilder(PREFIX_LETTERS);
    for (int i = 0; i < PREFIX_LETTERS; i++) {
      prefix.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return prefix.toString();
  }

  @Override
  public String issue(String username, long revision, String issued) {
    return issued;
  }

  @Override
  public void tokenIssued(String token, String username) {
    logins.put(token, new Login(username, nowNanos.getAsLong()));
  }

  @Override
  public void tokensRevoked(String username) {
    logins.values().removeIf(login -> login.username.equals(username));
  }

  @Override
  public void allTokensRevoked() {
    logins.clear();
  }

  @Override
  public void sweep() {
    long now = nowNanos.getAsLong();
    for (Iterator<Login> each = logins.values().iterator(); each.hasNext(); ) {
      if (now - each.next().usedNanos >= ttlNanos) {
        each.remove();
      }
    }
  }

  /** How many tokens are kept. */
  int size() {
    return logins.size();
  }
}
