package dev.keelson.node.peer;

import io.grpc.ManagedChannel;
import io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to peer URLs. A channel is one attempt: when it fails the owner makes another,
 * at its own pace, so names are resolved anew each time and all URLs get their turn.
 *
 * <p>Names are resolved by threads of the dialer's own: a name server that does not answer holds
 * each of them for many seconds, and the member's reads, snapshots and log have to go on meanwhile.
 * There are few: attempts are paced, and the JDK asks once for all who want the same name.
 */
final class Dialer {
  private final PeerSettings settings;
  private final @Nullable SslContext tls;
  private final Executor resolving =
      Executors.newCachedThreadPool(new DefaultThreadFactory("peer-names", true));

  /**
   * Creates a dialer.
   *
   * @param tls for https URLs
   */
  Dialer(PeerSettings settings, @Nullable SslContext tls) {
    this.settings = settings;
    this.tls = tls;
  }

  /**
   * Connects for a snapshot; blocks.
   *
   * @param loop serves the connection
   * @throws IOException if no address of the host answers
   * @throws IllegalArgumentException if the URL is wrong, or https without TLS material
   */
  ByteLink connect(String url, EventLoop loop) throws IOException, InterruptedException {
    PeerUrl target = PeerUrl.parse(url);
    IOException refused = new IOException(target.host() + " has no address");
    for (InetAddress address : addresses(target.host())) {
      Bootstrap bootstrap =
          new Bootstrap()
              .group(loop)
              .channel(NioSocketChannel.class)
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMillis())
              .handler(new Beginning(url, target));
      ChannelFuture connected = bootstrap.connect(address, target.port()).await();
      if (connected.isSuccess()) {
        return connected.channel().pipeline().get(ByteLink.class);
      }
      refused = new IOException(String.valueOf(connected.cause().getMessage()), connected.cause());
    }
    throw refused;
  }

  private List<InetAddress> addresses(String host) throws IOException, InterruptedException {
    try {
      return CompletableFuture.supplyAsync(
              () -> {
                try {
                  return List.of(InetAddress.getAllByName(host));
                } catch (UnknownHostException e) {
                  throw new UncheckedIOException(e);
                }
              },
              resolving)
          .get();
    } catch (ExecutionException e) {
      throw new IOException("cannot resolve " + host, e.getCause());
    }
  }

  private SslContext material(String url) {
    SslContext material = tls;
    if (material == null) {
      throw new IllegalArgumentException("peer URL " + url + ": no TLS material to connect with");
    }
    return material;
  }

  /** TLS as gRPC's connections have it, the certificate held against the host of the URL. */
  private final class Beginning extends ChannelInitializer<Channel> {
    private final PeerUrl target;
    private final @Nullable SslContext material;

    Beginning(String url, PeerUrl target) {
      this.target = target;
      this.material = target.secure() ? material(url) : null;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (material != null) {
        SslHandler handler = material.newHandler(channel.alloc(), target.host(), target.port());
        SSLParameters parameters = handler.engine().getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        handler.engine().setSSLParameters(parameters);
        channel.pipeline().addLast(handler);
      }
      channel.pipeline().addLast(new ByteLink(channel));
    }
  }

  /**
   * A channel that connects with its first call.
   *
   * @param loop serves the connection and runs the callbacks
   * @throws IllegalArgumentException if the URL is wrong, or https without TLS material
   */
  ManagedChannel dial(String url, EventLoopGroup loop) {
    PeerUrl target = PeerUrl.parse(url);
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(target.host(), target.port())
            .eventLoopGroup(loop)
            .channelType(NioSocketChannel.class)
            .directExecutor()
            .offloadExecutor(resolving)
            .proxyDetector(address -> null)
            .disableRetry()
            .maxInboundMessageSize(settings.messageBytesMax())
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMillis());
    if (target.secure()) {
      builder.sslContext(material(url));
    } else {
      builder.usePlaintext();
    }
    InternalNettyChannelBuilder.setStatsEnabled(builder, false);
    InternalNettyChannelBuilder.setTracingEnabled(builder, false);
    return builder.build();
  }
}
