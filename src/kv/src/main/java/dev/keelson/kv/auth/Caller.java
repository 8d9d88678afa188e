package dev.keelson.kv.auth;

/**
 * Who asks, as far as the member that took the request could find out.
 *
 * @param username the user; empty if there is none
 * @param revision the revision of the authentication store that the identity was established at; 0
 *     if there is none
 */
public record Caller(String username, long revision) {
  /** A caller without identity. */
  public static final Caller NOBODY = new Caller("", 0);

  /** The user and the role that may do everything. */
  public static final String ROOT = "root";
}
