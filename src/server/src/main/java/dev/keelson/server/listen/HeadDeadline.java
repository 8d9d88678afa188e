package dev.keelson.server.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes an HTTP/1 connection whose first request line and headers (RFC 9112 §2.1) are not complete
 * in time, however many bytes dribble in. Leaves the pipeline once they are.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows as an inactive channel
final class HeadDeadline extends ChannelInboundHandlerAdapter {

  private final Duration patience;
  private @Nullable ScheduledFuture<?> deadline;
  private boolean lineIsEmpty;

  HeadDeadline(Duration patience) {
    this.patience = patience;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    deadline =
        context
            .executor()
            .schedule(() -> context.close(), patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    boolean complete = message instanceof ByteBuf bytes && bytes.forEachByte(this::goesOn) >= 0;
    context.fireChannelRead(message);
    if (complete) {
      context.pipeline().remove(this);
    }
  }

  /** False at the end of an empty line. */
  private boolean goesOn(byte b) {
    if (b == '\n') {
      boolean ended = lineIsEmpty;
      lineIsEmpty = true;
      return !ended;
    }
    lineIsEmpty = lineIsEmpty && b == '\r';
    return true;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }
}
