package dev.keelson.server.gateway;

import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The member's services for requests that come as JSON: the same as on the gRPC port. */
@Singleton
public final class Gateway {
  private volatile @Nullable Server server;
  private volatile @Nullable ManagedChannel channel;

  /**
   * Opens the gateway.
   *
   * @param services with every interceptor that a gRPC client's call passes
   * @param calls counts the calls
   */
  public void start(List<ServerServiceDefinition> services, ServerStreamTracer.Factory calls) {
    String name = InProcessServerBuilder.generateName();
    try {
      server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addServices(services)
              .addStreamTracerFactory(calls)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("a server without a socket cannot start", e);
    }
    channel =
        InProcessChannelBuilder.forName(name)
            .directExecutor()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  /** Ends all calls. */
  public void stop() {
    ManagedChannel open = channel;
    if (open != null) {
      open.shutdownNow();
    }
    Server running = server;
    if (running != null) {
      running.shutdownNow();
    }
  }

  /**
   * Begins the call that a path stands for.
   *
   * @param timeout the value of {@link CallTimeout#HEADER}, if there is one
   * @throws StatusException if there is none, if the timeout is not a time, or while the member
   *     does not serve clients
   */
  GatewayCall call(String path, Metadata metadata, @Nullable String timeout)
      throws StatusException {
    MethodDescriptor<Message, Message> method = Routes.find(path);
    if (method == null) {
      throw Status.NOT_FOUND.withDescription("Not Found").asException();
    }
    ManagedChannel open = channel;
    if (open == null) {
      throw Status.UNAVAILABLE.withDescription("etcdserver: server stopped").asException();
    }
    return new GatewayCall(open, method, metadata, CallTimeout.options(timeout));
  }
}
