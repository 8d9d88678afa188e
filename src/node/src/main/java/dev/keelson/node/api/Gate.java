package dev.keelson.node.api;

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
import java.util.function.Function;

/**
 * Finds out who calls, before anything else happens to the call. While authentication is off it
 * costs one volatile read.
 */
final class Gate {
  private final Authentication authentication;
  private final ReadBarrier barrier;

  Gate(Authentication authentication, ReadBarrier barrier) {
    this.authentication = authentication;
    this.barrier = barrier;
  }

  /**
   * Starts a call in the name of its caller; one that brings a token that is not valid is refused.
   */
  <Q, R> ServerCall.Listener<Q> enter(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!authentication.state().get().enabled()) {
      return next.startCall(call, headers);
    }
    return identified(
        call,
        headers,
        next,
        error ->
            authentication.identities().mayArrive(headers)
                ? await(
                    call,
                    headers,
                    (late, lateHeaders) ->
                        identified(late, lateHeaders, next, last -> refuse(late, last)))
                : refuse(call, error));
  }

  /**
   * Starts every call, once this member knows all tokens that a client can have: for services that
   * answer to a bad token in their own words.
   */
  ServerInterceptor admittingAll() {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return tokenMayArrive(call, headers)
            ? await(call, headers, next)
            : next.startCall(call, headers);
      }
    };
  }

  /**
   * Who calls, as of now.
   *
   * @throws KvException if the token is not valid any more
   */
  Caller caller(ServerCall<?, ?> call, Metadata headers) throws KvException {
    var state = authentication.state().get();
    return state.enabled()
        ? authentication.identities().resolve(call, headers, state.revision())
        : Caller.NOBODY;
  }

  private <Q, R> ServerCall.Listener<Q> identified(
      ServerCall<Q, R> call,
      Metadata headers,
      ServerCallHandler<Q, R> next,
      Function<KvError, ServerCall.Listener<Q>> unknown) {
    try {
      Caller caller = caller(call, headers);
      return caller.equals(Caller.NOBODY)
          ? next.startCall(call, headers)
          : Contexts.interceptCall(CallerContext.with(caller), call, headers, next);
    } catch (KvException e) {
      return unknown.apply(e.error());
    }
  }

  private boolean tokenMayArrive(ServerCall<?, ?> call, Metadata headers) {
    try {
      caller(call, headers);
      return false;
    } catch (KvException e) {
      return authentication.identities().mayArrive(headers);
    }
  }

  /**
   * The token may have been issued by another member a moment ago: a member that has applied all
   * that is committed knows every token that a client can have.
   */
  private <Q, R> ServerCall.Listener<Q> await(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    HeldCall<Q> held = new HeldCall<>();
    barrier.await(
        Reply.currentLoop(),
        error ->
            held.release(
                () -> error == null ? next.startCall(call, headers) : refuse(call, error)));
    return held;
  }

  private static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, KvError error) {
    if (!call.isCancelled()) {
      call.close(Statuses.of(error), new Metadata());
    }
    return new ServerCall.Listener<>() {};
  }
}
