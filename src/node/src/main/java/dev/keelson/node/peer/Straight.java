package dev.keelson.node.peer;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Function;

/** Lets gRPC begin at once. */
final class Straight extends ChannelInboundHandlerAdapter {
  private final Function<ChannelHandlerContext, ChannelHandler> grpc;

  Straight(Function<ChannelHandlerContext, ChannelHandler> grpc) {
    this.grpc = grpc;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.pipeline().addAfter(context.name(), null, grpc.apply(context));
    context.pipeline().remove(this);
  }
}
