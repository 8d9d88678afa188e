package dev.keelson.operator.member;

import org.jspecify.annotations.Nullable;

/**
 * With what the operator reaches a cluster.
 *
 * @param tls certificates; null for plain text
 * @param password password of the user root; null while authentication is off
 */
public record Access(@Nullable ClientTls tls, @Nullable String password) {
  /** Plain text, no user. */
  public static final Access PLAIN = new Access(null, null);
}
