package dev.keelson.node.api;

import dev.keelson.kv.auth.AuthState;
import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.node.api.auth.Authentication;
import dev.keelson.node.identity.CallerContext;
import dev.keelson.node.loop.ReadBarrier;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who calls, before anything else happens to the call. While authentication is off it
 * costs one volatile read.
 */
final class Gate implements ServerInterceptor {
  private final Authentication authentication;
  private final ReadBarrier barrier;

  Gate(Authentication authentication, ReadBarrier barrier) {
    this.authentication = authentication;
    this.barrier = barrier;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!authentication.state().get().enabled()) {
      return next.startCall(call, headers);
    }
    try {
      return enter(call, headers, next);
    } catch (KvException e) {
      if (authentication.identities().mayArrive(headers)) {
        return await(call, headers, next);
      }
      return refuse(call, e.error());
    }
  }

  private <Q, R> ServerCall.Listener<Q> enter(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) throws KvException {
    Caller caller = caller(call, headers);
    if (caller.equals(Caller.NOBODY)) {
      return next.startCall(call, headers);
    }
    return Contexts.interceptCall(CallerContext.with(caller), call, headers, next);
  }

  /**
   * The token may have been issued by another member a moment ago: a member that has applied all
   * that is committed knows every token that a client can have.
   */
  private <Q, R> ServerCall.Listener<Q> await(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    HeldCall<Q> held = new HeldCall<>();
    barrier.await(
        Reply.currentLoop(), error -> held.release(() -> afterWait(call, headers, next, error)));
    return held;
  }

  private <Q, R> ServerCall.Listener<Q> afterWait(
      ServerCall<Q, R> call,
      Metadata headers,
      ServerCallHandler<Q, R> next,
      @Nullable KvError error) {
    if (error != null) {
      return refuse(call, error);
    }
    try {
      return enter(call, headers, next);
    } catch (KvException e) {
      return refuse(call, e.error());
    }
  }

  /**
   * Who calls, as of now.
   *
   * @throws KvException if the token is not valid any more
   */
  Caller caller(ServerCall<?, ?> call, Metadata headers) throws KvException {
    AuthState state = authentication.state().get();
    return state.enabled()
        ? authentication.identities().resolve(call, headers, state.revision())
        : Caller.NOBODY;
  }

  private static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, KvError error) {
    if (!call.isCancelled()) {
      call.close(Statuses.of(error), new Metadata());
    }
    return new ServerCall.Listener<>() {};
  }
}
