package dev.keelson.server.rpc;

import dev.keelson.server.metrics.CallMetrics;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The server under test on a port of its own. */
final class ListeningServer {
  static final RpcSettings SETTINGS =
      new RpcSettings(
          4 << 20,
          16 << 10,
          1000,
          Duration.ofSeconds(5),
          Duration.ofHours(2),
          Duration.ofSeconds(20));

  final ServedMethods methods = new ServedMethods();
  final RpcServer server;
  private final NioEventLoopGroup loops = new NioEventLoopGroup(1);
  private final Channel channel;

  ListeningServer(RpcSettings settings) throws InterruptedException {
    server =
        new RpcServer(List.of(methods.definition()), settings, new CallMetrics(List.of(), false));
    channel =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel accepted) {
                    accepted.pipeline().addLast(server.newHandler());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  void close() throws InterruptedException {
    channel.close().sync();
    server.stop(Duration.ZERO);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }
}
