package dev.keelson.server.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a connection at the end of a channel's pipeline. */
final class RpcHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(RpcHandler.class);

  private final RpcServer server;
  private @Nullable RpcConnection connection;

  RpcHandler(RpcServer server) {
    this.server = server;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    connection = server.opened(context);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    RpcConnection open = connection;
    if (open != null && message instanceof ByteBuf bytes) {
      open.read(bytes);
    } else {
      context.fireChannelRead(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (connection != null) {
      connection.readComplete();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (connection != null) {
      connection.writabilityChanged();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    close();
  }

  private void close() {
    RpcConnection open = connection;
    if (open != null) {
      connection = null;
      server.closed(open);
      open.closed();
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("connection lost", cause);
    } else {
      log.warn("connection from {} ended by a failure", context.channel().remoteAddress(), cause);
    }
    context.close();
  }
}
