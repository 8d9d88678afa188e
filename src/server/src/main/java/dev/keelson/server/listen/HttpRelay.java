package dev.keelson.server.listen;

import dev.keelson.server.listen.RelayedConnections.Entry;
import dev.keelson.server.listen.RelayedConnections.Relayed;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Copies bytes between a client and the HTTP server, both on one event loop. A side is read only
 * while the other side takes what was written, so that a slow reader costs two socket buffers and
 * two watermarks, not memory.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class HttpRelay extends ChannelInboundHandlerAdapter {

  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

  private final HttpBackend backend;
  private final Relayed relayed;
  private final Duration patience;
  private final Deque<Object> early = new ArrayDeque<>();
  private @Nullable Channel server;
  private @Nullable Entry entry;
  private boolean connected;

  /**
   * Creates a relay for one connection.
   *
   * @param relayed what the HTTP server is told of it
   * @param patience how long the head of the first request may take
   */
  HttpRelay(HttpBackend backend, Relayed relayed, Duration patience) {
    this.backend = backend;
    this.relayed = relayed;
    this.patience = patience;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext client) {
    client.channel().config().setAutoRead(false);
    client.pipeline().addBefore(client.name(), null, new HeadDeadline(patience));
    ChannelFuture connecting =
        new Bootstrap()
            .group(client.channel().eventLoop())
            .channel(NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .handler(new FromServer(client, this))
            .connect(backend.address());
    Channel connectingChannel = connecting.channel();
    server = connectingChannel;
    connecting.addListener(
        outcome -> {
          if (outcome.isSuccess()) {
            serverConnected(client, connectingChannel);
          } else {
            client.close();
          }
        });
  }

  private void serverConnected(ChannelHandlerContext client, Channel channel) {
    if (!client.channel().isActive()) {
      channel.close();
      return;
    }
    int port = ((InetSocketAddress) channel.localAddress()).getPort();
    RelayedConnections connections = backend.connections();
    Entry own = new Entry(relayed, client.channel());
    entry = own;
    connections.add(port, own);
    channel.closeFuture().addListener(closed -> connections.remove(port, own));
    connected = true;
    for (Object bytes = early.poll(); bytes != null; bytes = early.poll()) {
      channel.write(bytes);
    }
    channel.flush();
    channel.config().setAutoRead(true);
    client.channel().config().setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext client, Object bytes) {
    Channel channel = server;
    if (channel == null || !connected) {
      early.add(bytes); // at most one read loop's worth: reading stopped when we were added
      return;
    }
    touch();
    channel.write(bytes);
  }

  private void touch() {
    if (entry != null) {
      entry.touch();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext client) {
    if (server != null && connected) {
      server.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext client) {
    if (server != null && connected) {
      server.config().setAutoRead(client.channel().isWritable());
    }
    client.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext client) {
    early.forEach(ReferenceCountUtil::release);
    early.clear();
    if (server != null) {
      server.close();
    }
    client.fireChannelInactive();
  }

  @Override
  @SuppressWarnings("deprecation") // deprecated in ChannelHandler, not in the inbound interface
  public void exceptionCaught(ChannelHandlerContext client, Throwable cause) {
    client.close();
  }

  /** The other direction. */
  private static final class FromServer extends ChannelInboundHandlerAdapter {

    private final ChannelHandlerContext client;
    private final HttpRelay relay;

    FromServer(ChannelHandlerContext client, HttpRelay relay) {
      this.client = client;
      this.relay = relay;
    }

    @Override
    public void channelRead(ChannelHandlerContext server, Object bytes) {
      relay.touch();
      client.write(bytes);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext server) {
      client.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext server) {
      client.channel().config().setAutoRead(server.channel().isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext server) {
      client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    @SuppressWarnings("deprecation") // as above
    public void exceptionCaught(ChannelHandlerContext server, Throwable cause) {
      server.close();
    }
  }
}
