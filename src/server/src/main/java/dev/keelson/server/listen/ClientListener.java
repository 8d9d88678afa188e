package dev.keelson.server.listen;

import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.config.Url;
import dev.keelson.server.member.StartException;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.InternalNettyServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client port: gRPC and, unless it has ports of its own, HTTP on every {@code
 * --listen-client-urls}.
 *
 * <p>Services run on the event loop ({@code directExecutor}); whatever may block has to leave it.
 */
public final class ClientListener {

  private static final Logger log = LoggerFactory.getLogger(ClientListener.class);

  /** Room for large tokens in request headers; Go's server takes up to 16 MiB. */
  private static final int MAX_METADATA_BYTES = 1024 * 1024;

  /**
   * A client may cancel this many streams in a window: more than one that closes ten thousand
   * watches at once, and too few to keep an event loop busy with nothing else.
   */
  private static final int MAX_RESETS = 20_000;

  private static final int RESET_WINDOW_SECONDS = 10;

  /** Addresses that differ in nothing but the address share a server of grpc-java. */
  private record Kind(Encryption encryption, boolean unix) {}

  private final ListenSettings settings;
  private final Newcomers newcomers;
  private final @Nullable Function<Channel, SslHandler> tls;
  private final Rejections rejections = new Rejections("client");
  private final EventLoopGroup loops;
  private final Map<Kind, List<Endpoint>> endpoints = new LinkedHashMap<>();
  private final Map<Kind, Server> servers = new LinkedHashMap<>();

  /**
   * Prepares the listener; nothing is bound yet.
   *
   * @param settings addresses and limits
   * @param services what gRPC serves
   * @param backend where HTTP/1 is answered
   * @param newcomers where connections count until they have spoken
   * @param tls makes the TLS handler of a connection; may be null when no URL is https
   */
  public ClientListener(
      ListenSettings settings,
      List<ServerServiceDefinition> services,
      HttpBackend backend,
      Newcomers newcomers,
      @Nullable Function<Channel, SslHandler> tls) {
    this.settings = settings;
    this.newcomers = newcomers;
    this.tls = tls;
    this.loops = new NioEventLoopGroup(settings.eventLoops(), new DefaultThreadFactory("client"));
    for (Endpoint endpoint : Endpoint.of(settings.urls())) {
      endpoints
          .computeIfAbsent(
              new Kind(endpoint.encryption(), endpoint.isUnix()), kind -> new ArrayList<>())
          .add(endpoint);
    }
    HttpBackend http = servesHttp() ? backend : null;
    endpoints.forEach((kind, same) -> servers.put(kind, build(kind, same, services, http)));
  }

  private boolean servesHttp() {
    return settings.httpUrls().isEmpty();
  }

  private Server build(
      Kind kind,
      List<Endpoint> same,
      List<ServerServiceDefinition> services,
      @Nullable HttpBackend http) {
    NettyServerBuilder builder = NettyServerBuilder.forAddress(same.getFirst().address());
    same.stream().skip(1).map(Endpoint::address).forEach(builder::addListenAddress);
    Bind.options(kind.unix, settings.reusePort()).forEach(builder::withOption);
    ConnectionStart start =
        new ConnectionStart(kind.encryption, tls, newcomers, settings.patience(), rejections);
    builder
        .bossEventLoopGroup(loops)
        .workerEventLoopGroup(loops)
        .channelType(Bind.channelType(kind.unix))
        .directExecutor()
        .protocolNegotiator(new SniffingNegotiator(start, http))
        // The sniffer has its own deadline; grpc-java's would also end relayed connections.
        .handshakeTimeout(Long.MAX_VALUE, TimeUnit.NANOSECONDS)
        .maxInboundMessageSize(settings.maxInboundMessageBytes())
        .maxInboundMetadataSize(MAX_METADATA_BYTES)
        .maxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS)
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
        .addServices(services);
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
    servers.forEach(
        (kind, server) -> {
          List<Endpoint> same = endpoints.getOrDefault(kind, List.of());
          same.forEach(Bind::removeOldSocket);
          try {
            server.start();
          } catch (IOException e) {
            List<Url> urls = same.stream().flatMap(endpoint -> endpoint.urls().stream()).toList();
            throw SocketAddresses.refusal(
                ServingOptions.LISTEN_CLIENT_URLS.name(), urls, e.getCause());
          }
        });
    log.info("ready to serve client requests");
    servers.forEach(
        (kind, server) ->
            server
                .getListenSockets()
                .forEach(
                    address ->
                        logServing(servesHttp() ? "grpc+http" : "grpc", kind.encryption, address)));
  }

  /** One line for each way in, in etcd's words. */
  static void logServing(String traffic, Encryption encryption, SocketAddress address) {
    if (encryption != Encryption.TLS) {
      log.atInfo()
          .addKeyValue("traffic", traffic)
          .addKeyValue("address", SocketAddresses.text(address))
          .log("serving client traffic insecurely; this is strongly discouraged!");
    }
    if (encryption != Encryption.NONE) {
      log.atInfo()
          .addKeyValue("traffic", traffic)
          .addKeyValue("address", SocketAddresses.text(address))
          .log("serving client traffic securely");
    }
  }

  /** The bound addresses, with the ports the system chose for port 0. */
  public List<SocketAddress> addresses() {
    List<SocketAddress> addresses = new ArrayList<>();
    servers.values().forEach(server -> addresses.addAll(server.getListenSockets()));
    return addresses;
  }

  /**
   * Takes no more connections and calls, lets running calls end, then cuts what is left.
   *
   * @param grace how long running calls may take
   */
  public void stop(Duration grace) {
    servers.values().forEach(Server::shutdown);
    long end = System.nanoTime() + grace.toNanos();
    try {
      for (Server server : servers.values()) {
        if (!server.awaitTermination(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
          server.shutdownNow();
          server.awaitTermination(1, TimeUnit.SECONDS);
        }
      }
    } catch (InterruptedException e) {
      servers.values().forEach(Server::shutdownNow);
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
