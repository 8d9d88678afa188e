package dev.keelson.server.listen;

import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.config.Url;
import dev.keelson.server.member.StartException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code --listen-metrics-urls}: metrics and health over HTTP on addresses of their own. */
public final class MetricsListener {

  private static final Logger log = LoggerFactory.getLogger(MetricsListener.class);

  private final List<Url> urls;
  private final HttpBackend backend;
  private final Duration patience;
  private final EventLoopGroup loops =
      new NioEventLoopGroup(1, new DefaultThreadFactory("metrics"));
  private final List<Channel> bound = new ArrayList<>();

  /**
   * Prepares the listener; nothing is bound yet.
   *
   * @param urls where to listen; may be empty
   * @param backend where HTTP is answered
   * @param patience how long the first bytes of a connection may take
   */
  public MetricsListener(List<Url> urls, HttpBackend backend, Duration patience) {
    this.urls = List.copyOf(urls);
    this.backend = backend;
    this.patience = patience;
  }

  /**
   * Binds every address.
   *
   * @throws StartException naming the address that is taken
   */
  public void start() {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new ProtocolSniffer(
                                null, () -> new HttpRelay(backend, Surface.METRICS), patience));
                  }
                });
    for (Url url : urls) {
      ChannelFuture binding = bootstrap.bind(SocketAddresses.of(url)).awaitUninterruptibly();
      if (!binding.isSuccess()) {
        throw SocketAddresses.refusal(
            ServingOptions.LISTEN_METRICS_URLS.name(), List.of(url), binding.cause());
      }
      bound.add(binding.channel());
      log.atInfo()
          .addKeyValue("address", SocketAddresses.text(binding.channel().localAddress()))
          .log("serving metrics");
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
