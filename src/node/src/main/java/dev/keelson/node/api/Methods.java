package dev.keelson.node.api;

import com.google.protobuf.MessageLite;
import dev.keelson.kv.auth.AuthState;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.node.api.auth.Right;
import dev.keelson.node.api.auth.Right.When;
import dev.keelson.node.identity.CallerContext;
import dev.keelson.node.metrics.SlowRequests;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Builds gRPC methods whose handlers take a decoded request and answer with {@link Encoded}
 * messages. Each is built with the {@link Right} that its callers need.
 */
public final class Methods {
  /** Clients that must not talk to a member without leader set it to "true". */
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private final BooleanSupplier leaderKnown;
  private final BooleanSupplier learner;
  private final int messageBytesMax;
  private final Supplier<AuthState> auth;
  private final Gate gate;
  private final SlowRequests slow;

  /**
   * Creates the builder.
   *
   * @param leaderKnown whether a leader is known right now
   * @param learner whether this member is a learner right now
   * @param messageBytesMax the largest request message
   * @param auth users, roles and permissions
   * @param gate finds out who calls
   * @param slow told of unary calls that take long
   */
  Methods(
      BooleanSupplier leaderKnown,
      BooleanSupplier learner,
      int messageBytesMax,
      Supplier<AuthState> auth,
      Gate gate,
      SlowRequests slow) {
    this.leaderKnown = leaderKnown;
    this.learner = learner;
    this.messageBytesMax = messageBytesMax;
    this.auth = auth;
    this.gate = gate;
    this.slow = slow;
  }

  /** Handles a unary call. */
  interface Handler<Q> {
    /** Answers, now or later; what is thrown becomes the answer. */
    void handle(Q request, Reply reply) throws KvException;
  }

  <Q extends MessageLite> ServerMethodDefinition<Incoming<Q>, Encoded> unary(
      MethodDescriptor<Q, ?> generated, Right<Q> right, Handler<Q> handler) {
    return unary(generated, right, handler, _ -> false);
  }

  /**
   * A method of which a learner answers some requests.
   *
   * @param learnerAnswers whether it is one of those
   */
  <Q extends MessageLite> ServerMethodDefinition<Incoming<Q>, Encoded> unary(
      MethodDescriptor<Q, ?> generated,
      Right<Q> right,
      Handler<Q> handler,
      Predicate<Q> learnerAnswers) {
    Handler<Q> gated =
        (request, reply) -> {
          if (learner.getAsBoolean() && !learnerAnswers.test(request)) {
            reply.fail(KvError.LEARNER_UNSUPPORTED);
          } else {
            handler.handle(request, reply);
          }
        };
    MethodDescriptor<Incoming<Q>, Encoded> descriptor =
        generated.toBuilder(
                Incoming.marshaller(generated.getRequestMarshaller(), messageBytesMax),
                EncodedStream.MARSHALLER)
            .build();
    return ServerMethodDefinition.create(
        descriptor, guarded(right, (call, headers) -> new UnaryListener<>(call, right, gated)));
  }

  /** Handles a whole call. */
  interface StreamHandler<Q> {
    /**
     * Begins a call.
     *
     * @param permits to be asked for every request that is answered
     */
    ServerCall.Listener<Q> start(ServerCall<Q, Encoded> call, Permit.Source<Q> permits);
  }

  /**
   * A method whose handler looks after the whole call, its right included; a learner refuses it.
   */
  <Q extends MessageLite> ServerMethodDefinition<Q, Encoded> streaming(
      MethodDescriptor<Q, ?> generated, Right<Q> right, StreamHandler<Q> handler) {
    return streamingOnLearnersToo(
        generated,
        right,
        (call, permits) -> {
          if (learner.getAsBoolean()) {
            call.close(Statuses.of(KvError.LEARNER_UNSUPPORTED), new Metadata());
            return new ServerCall.Listener<>() {};
          }
          return handler.start(call, permits);
        });
  }

  /** A method whose handler looks after the whole call, its right included, on every member. */
  <Q extends MessageLite> ServerMethodDefinition<Q, Encoded> streamingOnLearnersToo(
      MethodDescriptor<Q, ?> generated, Right<Q> right, StreamHandler<Q> handler) {
    MethodDescriptor<Q, Encoded> descriptor =
        generated.toBuilder(generated.getRequestMarshaller(), EncodedStream.MARSHALLER).build();
    return ServerMethodDefinition.create(
        descriptor,
        guarded(
            right,
            (call, headers) ->
                handler.start(call, () -> new Permit<>(auth, gate.caller(call, headers), right))));
  }

  /**
   * A method that does what it does through other methods, in its caller's name: those decide on
   * rights. A learner refuses it.
   */
  public <Q extends MessageLite> ServerMethodDefinition<Q, Encoded> delegating(
      MethodDescriptor<Q, ?> generated, ServerCallHandler<Q, Encoded> handler) {
    MethodDescriptor<Q, Encoded> descriptor =
        generated.toBuilder(generated.getRequestMarshaller(), EncodedStream.MARSHALLER).build();
    return ServerMethodDefinition.create(
        descriptor,
        guarded(
            Right.perMessage(),
            (call, headers) -> {
              if (learner.getAsBoolean()) {
                call.close(Statuses.of(KvError.LEARNER_UNSUPPORTED), new Metadata());
                return new ServerCall.Listener<>() {};
              }
              return handler.startCall(call, headers);
            }));
  }

  private <Q> ServerCallHandler<Q, Encoded> guarded(
      Right<?> right, ServerCallHandler<Q, Encoded> handler) {
    return (call, headers) -> {
      if ("true".equals(headers.get(HAS_LEADER)) && !leaderKnown.getAsBoolean()) {
        call.close(Statuses.of(KvError.NO_LEADER), new Metadata());
        return new ServerCall.Listener<>() {};
      }
      return right.when() == When.NEVER
          ? handler.startCall(call, headers)
          : gate.enter(call, headers, handler);
    };
  }

  private final class UnaryListener<Q extends MessageLite>
      extends ServerCall.Listener<Incoming<Q>> {
    private final ServerCall<Incoming<Q>, Encoded> call;
    private final Right<Q> right;
    private final Handler<Q> handler;
    private @Nullable Incoming<Q> request;

    UnaryListener(ServerCall<Incoming<Q>, Encoded> call, Right<Q> right, Handler<Q> handler) {
      this.call = call;
      this.right = right;
      this.handler = handler;
      // a second message, which a unary call must not have, shows only if it is asked for
      call.request(2);
    }

    @Override
    public void onMessage(Incoming<Q> message) {
      if (request != null) {
        call.close(
            Status.INTERNAL.withDescription("more than one request message for a unary call"),
            new Metadata());
        return;
      }
      request = message;
    }

    @Override
    public void onHalfClose() {
      if (call.isCancelled()) {
        return;
      }
      Incoming<Q> incoming = request;
      if (incoming == null) {
        call.close(
            Status.INTERNAL.withDescription("no request message for a unary call"), new Metadata());
        return;
      }
      Q complete = incoming.message();
      if (complete == null) {
        call.close(incoming.tooLarge(messageBytesMax), new Metadata());
        return;
      }
      Permit<Q> permit = new Permit<>(auth, CallerContext.current(), right);
      Reply reply = new Reply(call, new Reply.Entry<>(permit, complete), slow);
      reply.attempt(
          () -> {
            if (right.when() == When.BEFORE) {
              reply.admit();
            }
            handler.handle(complete, reply);
          });
    }
  }
}
