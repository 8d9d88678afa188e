package dev.keelson.node.peer;

import io.grpc.ManagedChannel;
import io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to peer URLs. A channel is one attempt: when it fails the owner makes another,
 * at its own pace, so names are resolved anew each time and all URLs get their turn.
 */
final class Dialer {
  private final PeerSettings settings;
  private final @Nullable SslContext tls;
  private final Executor blocking;

  /**
   * Creates a dialer.
   *
   * @param tls for https URLs
   * @param blocking where names are resolved
   */
  Dialer(PeerSettings settings, @Nullable SslContext tls, Executor blocking) {
    this.settings = settings;
    this.tls = tls;
    this.blocking = blocking;
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
            .offloadExecutor(blocking)
            .proxyDetector(address -> null)
            .disableRetry()
            .maxInboundMessageSize(settings.messageBytesMax())
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMillis());
    if (!target.secure()) {
      builder.usePlaintext();
    } else if (tls == null) {
      throw new IllegalArgumentException("peer URL " + url + ": no TLS material to connect with");
    } else {
      builder.sslContext(tls);
    }
    InternalNettyChannelBuilder.setStatsEnabled(builder, false);
    InternalNettyChannelBuilder.setTracingEnabled(builder, false);
    return builder.build();
  }
}
