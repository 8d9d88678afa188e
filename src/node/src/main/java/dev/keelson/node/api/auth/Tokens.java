package dev.keelson.node.api.auth;

import dev.keelson.kv.auth.AuthListener;
import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.error.KvException;
import org.jspecify.annotations.Nullable;

/** Issues and judges tokens. Thread-safe. */
public interface Tokens extends AuthListener {
  /**
   * Who a token belongs to; null if it is not valid, or not known here yet.
   *
   * @param revision the current revision of the authentication store
   */
  @Nullable Caller resolve(String token, long revision);

  /**
   * Whether a token that was not resolved could be one that another member has issued and this one
   * has not heard of.
   */
  boolean mayArrive(String token);

  /**
   * The random part of a token that is issued through the log; empty if tokens do not go through
   * the log.
   */
  String newPrefix();

  /**
   * The token to answer a login with. May take milliseconds.
   *
   * @param issued the token that the log has issued; empty if none
   * @throws KvException if this member cannot issue tokens
   */
  String issue(String username, long revision, String issued) throws KvException;

  /** Forgets what has expired; to be called about once a second. */
  void sweep();
}
