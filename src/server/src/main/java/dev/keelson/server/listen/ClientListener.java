package dev.keelson.server.listen;

import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.config.Url;
import dev.keelson.server.member.StartException;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.netty.InternalNettyServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client port: gRPC and HTTP on every {@code --listen-client-urls}.
 *
 * <p>Services run on the event loop ({@code directExecutor}); whatever may block has to leave it.
 */
public final class ClientListener {

  private static final Logger log = LoggerFactory.getLogger(ClientListener.class);

  /** Room for large tokens in request headers; Go's server takes up to 16 MiB. */
  private static final int MAX_METADATA_BYTES = 1024 * 1024;

  private final ListenSettings settings;
  private final EventLoopGroup loops;
  private final Server server;

  /**
   * Prepares the listener; nothing is bound yet.
   *
   * @param settings addresses and limits
   * @param services what gRPC serves
   * @param calls counts the calls
   * @param backend where HTTP/1 is answered
   */
  public ClientListener(
      ListenSettings settings,
      List<ServerServiceDefinition> services,
      ServerStreamTracer.Factory calls,
      HttpBackend backend) {
    this.settings = settings;
    this.loops = new NioEventLoopGroup(settings.eventLoops(), new DefaultThreadFactory("client"));
    this.server = build(services, calls, backend);
  }

  private Server build(
      List<ServerServiceDefinition> services,
      ServerStreamTracer.Factory calls,
      HttpBackend backend) {
    List<Url> urls = settings.urls();
    NettyServerBuilder builder = NettyServerBuilder.forAddress(SocketAddresses.of(urls.getFirst()));
    urls.stream().skip(1).map(SocketAddresses::of).forEach(builder::addListenAddress);
    builder
        .bossEventLoopGroup(loops)
        .workerEventLoopGroup(loops)
        .channelType(NioServerSocketChannel.class)
        .directExecutor()
        .protocolNegotiator(new SniffingNegotiator(backend, settings.patience()))
        // The sniffer has its own deadline; grpc-java's would also end relayed connections.
        .handshakeTimeout(Long.MAX_VALUE, TimeUnit.NANOSECONDS)
        .maxInboundMessageSize(settings.maxInboundMessageBytes())
        .maxInboundMetadataSize(MAX_METADATA_BYTES)
        .maxConcurrentCallsPerConnection(
            Math.clamp(settings.maxConcurrentStreams(), 1, Integer.MAX_VALUE))
        .permitKeepAliveTime(settings.keepAliveMinTime().toNanos(), TimeUnit.NANOSECONDS)
        .permitKeepAliveWithoutCalls(false)
        .keepAliveTimeout(settings.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveTime(
            settings.keepAliveInterval().isZero()
                ? Long.MAX_VALUE
                : settings.keepAliveInterval().toNanos(),
            TimeUnit.NANOSECONDS)
        .addServices(services)
        .addStreamTracerFactory(calls);
    InternalNettyServerBuilder.setStatsEnabled(builder, false);
    InternalNettyServerBuilder.setTracingEnabled(builder, false);
    return builder.build();
  }

  /**
   * Binds every address.
   *
   * @throws StartException naming the address that is taken
   */
  public void start() {
    try {
      server.start();
    } catch (IOException e) {
      throw SocketAddresses.refusal(
          ServingOptions.LISTEN_CLIENT_URLS.name(), settings.urls(), e.getCause());
    }
    log.info("ready to serve client requests");
    for (SocketAddress address : addresses()) {
      log.atInfo()
          .addKeyValue("traffic", "grpc+http")
          .addKeyValue("address", SocketAddresses.text(address))
          .log("serving client traffic insecurely; this is strongly discouraged!");
    }
  }

  /** The bound addresses, with the ports the system chose for port 0. */
  public List<SocketAddress> addresses() {
    return List.copyOf(server.getListenSockets());
  }

  /**
   * Takes no more connections and calls, lets running calls end, then cuts what is left.
   *
   * @param grace how long running calls may take
   */
  public void stop(Duration grace) {
    server.shutdown();
    try {
      if (!server.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS)) {
        server.shutdownNow();
        server.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
