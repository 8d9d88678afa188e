package dev.keelson.server.listen;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1 request on the peer port: its head must come in time, its body is not read, and the
 * connection ends with the answer. Nobody asks often enough to keep it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to do
final class PeerHttp extends ChannelInboundHandlerAdapter {

  private final PeerAnswers answers;
  private final Duration patience;
  private @Nullable ScheduledFuture<?> deadline;
  private boolean answered;

  /**
   * Creates the handler of one connection.
   *
   * @param patience how long the request and its answer may take
   */
  PeerHttp(PeerAnswers answers, Duration patience) {
    this.answers = answers;
    this.patience = patience;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.pipeline().addBefore(context.name(), null, new HttpServerCodec());
    deadline =
        context
            .executor()
            .schedule(() -> context.close(), patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof HttpRequest request && !answered) {
        answered = true;
        context.writeAndFlush(answer(request)).addListener(ChannelFutureListener.CLOSE);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private FullHttpResponse answer(HttpRequest request) {
    return request.decoderResult().isSuccess()
        ? answers.answer(request.method(), request.uri())
        : answers.unreadable();
  }

  @Override
  @SuppressWarnings("deprecation") // deprecated in ChannelHandler, not in the inbound interface
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    context.fireChannelInactive();
  }
}
