package dev.keelson.server.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first bytes of a connection, decrypted if need be, and hands it, bytes included, to
 * the handler of its protocol. A connection that speaks none of them, or does not say in time, is
 * closed; so is one whose handshake takes too long.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows as an inactive channel
final class ProtocolSniffer extends ByteToMessageDecoder {

  /**
   * Where connections go.
   *
   * @param http2 makes the handler for HTTP/2; null closes such connections
   * @param http1 makes the handler for HTTP/1; null closes such connections
   * @param snapshots makes the handler for a member's snapshots; null closes such connections
   */
  record Destinations(
      @Nullable Function<ChannelHandlerContext, ChannelHandler> http2,
      @Nullable Function<ChannelHandlerContext, ChannelHandler> http1,
      @Nullable Function<ChannelHandlerContext, ChannelHandler> snapshots) {
    /** What clients speak. */
    Destinations(
        @Nullable Function<ChannelHandlerContext, ChannelHandler> http2,
        @Nullable Function<ChannelHandlerContext, ChannelHandler> http1) {
      this(http2, http1, null);
    }
  }

  private final Destinations destinations;
  private final Newcomers newcomers;
  private final Duration patience;
  private @Nullable ScheduledFuture<?> deadline;

  /**
   * Creates a sniffer.
   *
   * @param newcomers where the connection counts until it has spoken
   * @param patience how long the handshake and the first bytes may take together
   */
  ProtocolSniffer(Destinations destinations, Newcomers newcomers, Duration patience) {
    this.destinations = destinations;
    this.newcomers = newcomers;
    this.patience = patience;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    newcomers.add(context.channel());
    deadline =
        context
            .executor()
            .schedule(() -> context.close(), patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** A failed handshake comes by here; it has been reported, and the connection is closing. */
  @Override
  @SuppressWarnings("deprecation") // deprecated in ChannelHandler, not in the inbound interface
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
    switch (FirstBytes.judge(bytes)) {
      case UNDECIDED -> {}
      case HTTP1 -> handOver(context, bytes, destinations.http1());
      case HTTP2 -> handOver(context, bytes, destinations.http2());
      case SNAPSHOT -> handOver(context, bytes, destinations.snapshots());
      case UNKNOWN -> refuse(context, bytes);
    }
  }

  private static void refuse(ChannelHandlerContext context, ByteBuf bytes) {
    bytes.skipBytes(bytes.readableBytes());
    context.close();
  }

  private void handOver(
      ChannelHandlerContext context,
      ByteBuf bytes,
      @Nullable Function<ChannelHandlerContext, ChannelHandler> destination) {
    if (destination == null) {
      refuse(context, bytes);
      return;
    }
    context.pipeline().addAfter(context.name(), null, destination.apply(context));
    context.pipeline().remove(this); // passes the bytes on
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    newcomers.remove(context.channel());
    if (deadline != null) {
      deadline.cancel(false);
    }
  }
}
