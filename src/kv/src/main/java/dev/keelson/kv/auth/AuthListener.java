package dev.keelson.kv.auth;

/**
 * Told by the apply thread what becomes of simple tokens, which every member keeps in memory for
 * itself. Carries out nothing by default.
 */
public interface AuthListener {
  /** A token is valid from now on. */
  default void tokenIssued(String token, String username) {}

  /** Tokens of a user are no longer valid. */
  default void tokensRevoked(String username) {}

  /** No token is valid any more. */
  default void allTokensRevoked() {}
}
