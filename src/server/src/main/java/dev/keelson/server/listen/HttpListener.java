package dev.keelson.server.listen;

import dev.keelson.server.config.Url;
import dev.keelson.server.member.StartException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP without gRPC on addresses of its own: {@code --listen-metrics-urls} and {@code
 * --listen-client-http-urls}.
 */
public final class HttpListener {

  private static final Logger log = LoggerFactory.getLogger(HttpListener.class);

  /**
   * What is to be served where.
   *
   * @param urls where to listen; may be empty
   * @param flag the option that named them
   * @param surface what is offered
   * @param reusePort whether several processes may bind the same port
   */
  public record Settings(List<Url> urls, String flag, Surface surface, boolean reusePort) {

    /** Copies the list. */
    public Settings {
      urls = List.copyOf(urls);
    }
  }

  private final Settings settings;
  private final HttpBackend backend;
  private final Newcomers newcomers;
  private final Duration patience;
  private final @Nullable Function<Channel, SslHandler> tls;
  private final Rejections rejections;
  private final EventLoopGroup loops;
  private final List<Channel> bound = new ArrayList<>();

  /**
   * Prepares the listener; nothing is bound yet.
   *
   * @param backend where HTTP is answered
   * @param newcomers where connections count until they have spoken
   * @param patience how long handshake and first bytes of a connection may take
   * @param tls makes the TLS handler of a connection; may be null when no URL is https
   */
  public HttpListener(
      Settings settings,
      HttpBackend backend,
      Newcomers newcomers,
      Duration patience,
      @Nullable Function<Channel, SslHandler> tls) {
    this.settings = settings;
    this.backend = backend;
    this.newcomers = newcomers;
    this.patience = patience;
    this.tls = tls;
    String name = settings.surface() == Surface.METRICS ? "metrics" : "client";
    this.rejections = new Rejections(name);
    this.loops = new NioEventLoopGroup(1, new DefaultThreadFactory(name + "-http"));
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
        throw SocketAddresses.refusal(settings.flag(), endpoint.urls(), binding.cause());
      }
      bound.add(binding.channel());
      logServing(endpoint, binding.channel().localAddress());
    }
  }

  private ServerBootstrap bootstrap(Endpoint endpoint) {
    ConnectionStart start =
        new ConnectionStart(endpoint.encryption(), tls, newcomers, patience, rejections);
    ProtocolSniffer.Destinations destinations =
        new ProtocolSniffer.Destinations(
            null,
            context ->
                new HttpRelay(
                    backend, ConnectionStart.relayed(context, settings.surface()), patience));
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(Bind.channelType(endpoint.isUnix()))
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

  private void logServing(Endpoint endpoint, SocketAddress address) {
    if (settings.surface() == Surface.METRICS) {
      log.atInfo().addKeyValue("address", SocketAddresses.text(address)).log("serving metrics");
    } else {
      ClientListener.logServing("http", endpoint.encryption(), address);
    }
  }

  /** The bound addresses. */
  public List<SocketAddress> addresses() {
    return bound.stream().map(Channel::localAddress).toList();
  }

  /** Closes every connection. */
  public void stop() {
    bound.forEach(channel -> channel.close().awaitUninterruptibly());
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
