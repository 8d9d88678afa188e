package dev.keelson.server.tls;

import dev.keelson.server.config.CommandLine;
import dev.keelson.server.config.ConfigurationLoader;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A port that says one byte to whoever gets through the handshake. */
final class TlsPort implements AutoCloseable {

  private static final int READ_TIMEOUT_MILLIS = 20_000;

  final CopyOnWriteArrayList<Throwable> refusals = new CopyOnWriteArrayList<>();
  private final EventLoopGroup loops = new NioEventLoopGroup(1);
  private final Channel listening;

  private TlsPort(TlsContexts contexts, SslContext context) {
    listening =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    SslHandler tls = contexts.accepting(context, channel);
                    channel.pipeline().addLast(tls, new Greeter());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  /** Loads contexts by these flags and listens with one of them. */
  static TlsPort open(Function<TlsContexts, @Nullable SslContext> which, String... flags) {
    TlsContexts contexts = contexts(flags);
    return new TlsPort(contexts, Objects.requireNonNull(which.apply(contexts)));
  }

  static TlsContexts contexts(String... flags) {
    TlsContexts contexts =
        new TlsContexts(ConfigurationLoader.load(CommandLine.parse(flags), Map.of()));
    contexts.load();
    return contexts;
  }

  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /**
   * Connects and waits for the byte.
   *
   * @return the connection
   * @throws IOException when the handshake fails on either side
   */
  SSLSocket connect(SSLContext client, String... protocols) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            client.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port());
    try {
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
      if (protocols.length > 0) {
        socket.setEnabledProtocols(protocols);
      }
      socket.startHandshake();
      if (socket.getInputStream().read() != '!') {
        throw new IOException("closed by the server");
      }
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public void close() {
    listening.close().syncUninterruptibly();
    var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private final class Greeter extends ChannelInboundHandlerAdapter {

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake) {
        if (handshake.isSuccess()) {
          var _ = context.writeAndFlush(Unpooled.copiedBuffer(new byte[] {'!'}));
        } else {
          refusals.add(handshake.cause());
        }
      }
    }

    @Override
    @SuppressWarnings("deprecation") // deprecated in ChannelHandler, not in the inbound interface
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }
  }
}
