package dev.keelson.server.listen;

import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.member.StartException;
import dev.keelson.server.rpc.RpcServer;
import dev.keelson.server.rpc.RpcSettings;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.time.Duration;
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
 * <p>Services run on the event loop; whatever may block has to leave it.
 */
public final class ClientListener {

  private static final Logger log = LoggerFactory.getLogger(ClientListener.class);

  /** Room for large tokens in request headers; Go's server takes up to 16 MiB. */
  private static final int MAX_METADATA_BYTES = 1024 * 1024;

  /** A connection with this much waiting for its socket is left alone until half of it is gone. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(128 << 10, 256 << 10);

  private final ListenSettings settings;
  private final Newcomers newcomers;
  private final @Nullable Function<Channel, SslHandler> tls;
  private final Rejections rejections = new Rejections("client");
  private final EventLoopGroup loops;
  private final RpcServer rpc;
  private final HttpBackend backend;
  private final Map<Endpoint, Channel> bound = new LinkedHashMap<>();

  /**
   * Prepares the listener; nothing is bound yet.
   *
   * @param settings addresses and limits
   * @param services what gRPC serves
   * @param calls told of every call
   * @param backend where HTTP/1 is answered
   * @param newcomers where connections count until they have spoken
   * @param tls makes the TLS handler of a connection; may be null when no URL is https
   */
  public ClientListener(
      ListenSettings settings,
      List<ServerServiceDefinition> services,
      ServerStreamTracer.Factory calls,
      HttpBackend backend,
      Newcomers newcomers,
      @Nullable Function<Channel, SslHandler> tls) {
    this.settings = settings;
    this.backend = backend;
    this.newcomers = newcomers;
    this.tls = tls;
    this.loops = new NioEventLoopGroup(settings.eventLoops(), new DefaultThreadFactory("client"));
    this.rpc =
        new RpcServer(
            services,
            new RpcSettings(
                settings.maxInboundMessageBytes(),
                MAX_METADATA_BYTES,
                settings.maxConcurrentStreams(),
                settings.keepAliveMinTime(),
                settings.keepAliveInterval(),
                settings.keepAliveTimeout()),
            calls);
  }

  private boolean servesHttp() {
    return settings.httpUrls().isEmpty();
  }

  private ServerBootstrap bootstrap(Endpoint endpoint) {
    ConnectionStart start =
        new ConnectionStart(endpoint.encryption(), tls, newcomers, settings.patience(), rejections);
    ProtocolSniffer.Destinations destinations =
        new ProtocolSniffer.Destinations(
            context -> rpc.newHandler(), servesHttp() ? this::relay : null);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(Bind.channelType(endpoint.isUnix()))
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(start.handler(destinations));
                  }
                });
    Bind.options(endpoint.isUnix(), settings.reusePort()).forEach(bootstrap::option);
    return bootstrap;
  }

  private ChannelHandler relay(ChannelHandlerContext context) {
    return new HttpRelay(
        backend, ConnectionStart.relayed(context, Surface.CLIENT), settings.patience());
  }

  /**
   * Binds every address.
   *
   * @throws StartException naming the address that is taken
   */
  public void start() {
    for (Endpoint endpoint : Endpoint.of(settings.urls())) {
      Bind.removeOldSocket(endpoint);
      ChannelFuture binding = bootstrap(endpoint).bind(endpoint.address()).awaitUninterruptibly();
      if (!binding.isSuccess()) {
        throw SocketAddresses.refusal(
            ServingOptions.LISTEN_CLIENT_URLS.name(), endpoint.urls(), binding.cause());
      }
      bound.put(endpoint, binding.channel());
    }
    log.info("ready to serve client requests");
    bound.forEach(
        (endpoint, channel) ->
            logServing(
                servesHttp() ? "grpc+http" : "grpc",
                endpoint.encryption(),
                channel.localAddress()));
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
    return bound.values().stream().map(Channel::localAddress).toList();
  }

  /**
   * Takes no more connections and calls, lets running calls end, then cuts what is left.
   *
   * @param grace how long running calls may take
   */
  public void stop(Duration grace) {
    bound.values().forEach(channel -> channel.close().awaitUninterruptibly());
    try {
      rpc.stop(grace);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
