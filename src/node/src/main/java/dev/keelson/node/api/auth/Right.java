package dev.keelson.node.api.auth;

import dev.keelson.kv.auth.AuthState;
import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.auth.KeyAccess;
import dev.keelson.kv.error.KvException;
import java.util.List;

/**
 * What a caller must be allowed for one RPC while authentication is on. It is declared beside the
 * RPC, which cannot be offered without: there is no default.
 *
 * @param when at which moment it is decided
 * @param check decides
 * @param <Q> the request
 */
public record Right<Q>(When when, Check<Q> check) {
  /** When a right is decided. */
  public enum When {
    /** Not at all; the caller is not even looked for, so that a token gone bad does no harm. */
    NEVER,
    /** Before the handler sees the request. */
    BEFORE,
    /**
     * By the handler, once the state it answers from is settled; the answer is only sent if it has,
     * and if no right has changed meanwhile.
     */
    SERVED,
    /** By the state machine, with the caller's name that the entry carries. */
    APPLIED,
    /** By the handler, for each message of a stream. */
    PER_MESSAGE
  }

  /** Decides on one request. */
  @FunctionalInterface
  public interface Check<Q> {
    /**
     * Passes callers who may.
     *
     * @throws KvException if the caller may not
     */
    void check(AuthState state, Caller caller, Q request) throws KvException;
  }

  /** Decides on the keys of one request. */
  @FunctionalInterface
  public interface KeyCheck<Q> {
    /**
     * Passes callers who may.
     *
     * @throws KvException if the caller may not
     */
    void check(KeyAccess access, Q request) throws KvException;
  }

  /** Everybody may, without identity too. */
  public static <Q> Right<Q> anyone() {
    return new Right<>(When.NEVER, (state, caller, request) -> {});
  }

  /** Every user may. */
  public static <Q> Right<Q> user() {
    return new Right<>(When.BEFORE, (state, caller, request) -> state.requireUser(caller));
  }

  /** Whoever has the root role may. */
  public static <Q> Right<Q> root() {
    return new Right<>(When.BEFORE, (state, caller, request) -> state.requireRoot(caller));
  }

  /** Depends on the request. */
  public static <Q> Right<Q> by(Check<Q> check) {
    return new Right<>(When.BEFORE, check);
  }

  /** Decided when the answer is made. */
  public static <Q> Right<Q> served(Check<Q> check) {
    return new Right<>(When.SERVED, check);
  }

  /** Whoever may read the keys that are asked for; decided when the answer is made. */
  public static <Q> Right<Q> reading(KeyCheck<Q> check) {
    return served(
        (state, caller, request) ->
            check.check(new KeyAccess(state, caller, lease -> List.of()), request));
  }

  /** Decided where the log is applied. */
  public static <Q> Right<Q> applied() {
    return new Right<>(When.APPLIED, (state, caller, request) -> {});
  }

  /** Decided by the handler for each message. */
  public static <Q> Right<Q> perMessage() {
    return new Right<>(When.PER_MESSAGE, (state, caller, request) -> {});
  }
}
