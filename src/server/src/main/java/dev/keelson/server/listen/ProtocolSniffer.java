package dev.keelson.server.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first bytes of a connection and hands it, bytes included, to the handler of its
 * protocol. A connection that speaks neither protocol, or does not say in time, is closed.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows as an inactive channel
final class ProtocolSniffer extends ByteToMessageDecoder {

  private final @Nullable Supplier<ChannelHandler> http2;
  private final Supplier<ChannelHandler> http1;
  private final Duration patience;
  private @Nullable Object negotiationEvent;
  private @Nullable ScheduledFuture<?> deadline;

  /**
   * Creates a sniffer.
   *
   * @param http2 makes the handler for HTTP/2; null closes such connections
   * @param http1 makes the handler for HTTP/1
   * @param patience how long the first bytes may take
   */
  ProtocolSniffer(
      @Nullable Supplier<ChannelHandler> http2, Supplier<ChannelHandler> http1, Duration patience) {
    this.http2 = http2;
    this.http1 = http1;
    this.patience = patience;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    deadline =
        context
            .executor()
            .schedule(() -> context.close(), patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** grpc-java starts its negotiation by an event; it is kept until the protocol is known. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (negotiationEvent == null) {
      negotiationEvent = event;
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
    switch (FirstBytes.judge(bytes)) {
      case UNDECIDED -> {}
      case HTTP1 -> handOver(context, http1.get());
      case HTTP2 -> {
        if (http2 == null) {
          refuse(context, bytes);
        } else {
          handOver(context, http2.get());
        }
      }
      case UNKNOWN -> refuse(context, bytes);
    }
  }

  private static void refuse(ChannelHandlerContext context, ByteBuf bytes) {
    bytes.skipBytes(bytes.readableBytes());
    context.close();
  }

  private void handOver(ChannelHandlerContext context, ChannelHandler next) {
    context.pipeline().addAfter(context.name(), null, next);
    if (negotiationEvent != null) {
      context.fireUserEventTriggered(negotiationEvent);
    }
    context.pipeline().remove(this); // passes the bytes on
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }
}
