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

  /**
   * Creates the builder.
   *
   * @param leaderKnown whether a leader is known right now
   */
  Methods(BooleanSupplier leaderKnown) {
    this.leaderKnown = leaderKnown;
  }

  /** Handles a unary call. */
  interface Handler<Q> {
    /** Answers, now or later; what is thrown becomes the answer. */
    void handle(Q request, Reply reply) throws KvException;
  }

  /** The method with our response encoding. */
  static <Q extends MessageLite> MethodDescriptor<Q, Encoded> descriptor(
      MethodDescriptor<Q, ?> generated) {
    return generated.toBuilder(generated.getRequestMarshaller(), EncodedStream.MARSHALLER).build();
  }

  <Q extends MessageLite> ServerMethodDefinition<Q, Encoded> unary(
      MethodDescriptor<Q, ?> generated, Handler<Q> handler) {
    return ServerMethodDefinition.create(
        descriptor(generated), guarded((call, headers) -> new UnaryListener<>(call, handler)));
  }

  /** A method whose handler looks after the whole call. */
  <Q extends MessageLite> ServerMethodDefinition<Q, Encoded> streaming(
      MethodDescriptor<Q, ?> generated, ServerCallHandler<Q, Encoded> handler) {
    return ServerMethodDefinition.create(descriptor(generated), guarded(handler));
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

  private static final class UnaryListener<Q> extends ServerCall.Listener<Q> {
    private final ServerCall<Q, Encoded> call;
    private final Handler<Q> handler;
    private @Nullable Q request;

    UnaryListener(ServerCall<Q, Encoded> call, Handler<Q> handler) {
      this.call = call;
      this.handler = handler;
      // a second message, which a unary call must not have, shows only if it is asked for
      call.request(2);
    }

    @Override
    public void onMessage(Q message) {
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
      Q complete = request;
      if (complete == null) {
        call.close(
            Status.INTERNAL.withDescription("no request message for a unary call"), new Metadata());
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
