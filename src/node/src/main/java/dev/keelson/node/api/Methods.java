package dev.keelson.node.api;

import com.google.protobuf.MessageLite;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds gRPC methods whose handlers take a decoded request and answer with {@link Encoded}
 * messages.
 */
final class Methods {
  /** Clients that must not talk to a member without leader set it to "true". */
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private static final Logger LOG = LoggerFactory.getLogger(Methods.class);

  private final BooleanSupplier leaderKnown;
  private final BooleanSupplier learner;
  private final int messageBytesMax;

  /**
   * Creates the builder.
   *
   * @param leaderKnown whether a leader is known right now
   * @param learner whether this member is a learner right now
   * @param messageBytesMax the largest request message
   */
  Methods(BooleanSupplier leaderKnown, BooleanSupplier learner, int messageBytesMax) {
    this.leaderKnown = leaderKnown;
    this.learner = learner;
    this.messageBytesMax = messageBytesMax;
  }

  /** Handles a unary call. */
  interface Handler<Q> {
    /** Answers, now or later; what is thrown becomes the answer. */
    void handle(Q request, Reply reply) throws KvException;
  }

  <Q extends MessageLite> ServerMethodDefinition<Incoming<Q>, Encoded> unary(
      MethodDescriptor<Q, ?> generated, Handler<Q> handler) {
    return unary(generated, handler, _ -> false);
  }

  /**
   * A method of which a learner answers some requests.
   *
   * @param learnerAnswers whether it is one of those
   */
  <Q extends MessageLite> ServerMethodDefinition<Incoming<Q>, Encoded> unary(
      MethodDescriptor<Q, ?> generated, Handler<Q> handler, Predicate<Q> learnerAnswers) {
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
        descriptor, guarded((call, headers) -> new UnaryListener<>(call, gated, messageBytesMax)));
  }

  /** A method whose handler looks after the whole call; a learner refuses it. */
  <Q extends MessageLite> ServerMethodDefinition<Q, Encoded> streaming(
      MethodDescriptor<Q, ?> generated, ServerCallHandler<Q, Encoded> handler) {
    return streamingOnLearnersToo(
        generated,
        (call, headers) -> {
          if (learner.getAsBoolean()) {
            call.close(Statuses.of(KvError.LEARNER_UNSUPPORTED), new Metadata());
            return new ServerCall.Listener<>() {};
          }
          return handler.startCall(call, headers);
        });
  }

  /** A method whose handler looks after the whole call, on every member. */
  <Q extends MessageLite> ServerMethodDefinition<Q, Encoded> streamingOnLearnersToo(
      MethodDescriptor<Q, ?> generated, ServerCallHandler<Q, Encoded> handler) {
    MethodDescriptor<Q, Encoded> descriptor =
        generated.toBuilder(generated.getRequestMarshaller(), EncodedStream.MARSHALLER).build();
    return ServerMethodDefinition.create(descriptor, guarded(handler));
  }

  private <Q> ServerCallHandler<Q, Encoded> guarded(ServerCallHandler<Q, Encoded> handler) {
    return (call, headers) -> {
      if ("true".equals(headers.get(HAS_LEADER)) && !leaderKnown.getAsBoolean()) {
        call.close(Statuses.of(KvError.NO_LEADER), new Metadata());
        return new ServerCall.Listener<>() {};
      }
      return handler.startCall(call, headers);
    };
  }

  private static final class UnaryListener<Q> extends ServerCall.Listener<Incoming<Q>> {
    private final ServerCall<Incoming<Q>, Encoded> call;
    private final Handler<Q> handler;
    private final int messageBytesMax;
    private @Nullable Incoming<Q> request;

    UnaryListener(ServerCall<Incoming<Q>, Encoded> call, Handler<Q> handler, int messageBytesMax) {
      this.call = call;
      this.messageBytesMax = messageBytesMax;
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
      Reply reply = new Reply(call);
      try {
        handler.handle(complete, reply);
      } catch (KvException e) {
        reply.fail(e.error());
      } catch (RuntimeException e) {
        LOG.error("{} failed", call.getMethodDescriptor().getFullMethodName(), e);
        reply.fail(Status.INTERNAL.withDescription("internal error: " + e));
      }
    }
  }
}
