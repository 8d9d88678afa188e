package dev.keelson.node.api;

import dev.keelson.kv.auth.AuthState;
import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.auth.KeyAccess;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.node.api.auth.Right;
import dev.keelson.node.api.auth.Right.When;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The right of one call to its answer. Unless the log decides, or nothing is to be decided, it has
 * to be asked for before there can be an answer; one that depends on the state that is answered
 * from holds only as long as nobody's rights change.
 */
final class Permit<Q> {
  private final Supplier<AuthState> auth;
  private final Caller caller;
  private final Right<Q> right;
  private volatile @Nullable AuthState admittedBy;

  Permit(Supplier<AuthState> auth, Caller caller, Right<Q> right) {
    this.auth = auth;
    this.caller = caller;
    this.right = right;
  }

  /** Gives the permit of a stream's next request. */
  @FunctionalInterface
  interface Source<Q> {
    /**
     * Finds out again who calls: tokens expire while a stream goes on.
     *
     * @throws KvException if the caller's token is not valid any more
     */
    Permit<Q> now() throws KvException;
  }

  Caller caller() {
    return caller;
  }

  /** Passes a caller who may have the answer. */
  void admit(Q request) throws KvException {
    AuthState state = auth.get();
    if (state.enabled()) {
      right.check().check(state, caller, request);
    }
    admittedBy = state;
  }

  /** What the caller may do with keys now. */
  KeyAccess access(KeyAccess.LeaseKeys leaseKeys) throws KvException {
    return new KeyAccess(auth.get(), caller, leaseKeys);
  }

  /**
   * Passes if the caller was admitted and would still be.
   *
   * @throws IllegalStateException if nobody asked for the right
   */
  void confirm() throws KvException {
    if (right.when() == When.APPLIED || right.when() == When.NEVER) {
      return;
    }
    AuthState then = admittedBy;
    if (then == null) {
      throw new IllegalStateException("an answer without a right to it");
    }
    AuthState now = auth.get();
    if (now != then && right.when() == When.SERVED && !now.confirms(then)) {
      throw new KvException(KvError.AUTH_OLD_REVISION);
    }
  }
}
