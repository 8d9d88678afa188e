package dev.keelson.node.peer;

import io.grpc.ManagedChannel;
import io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
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
