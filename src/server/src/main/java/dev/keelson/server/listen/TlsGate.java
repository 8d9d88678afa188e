package dev.keelson.server.listen;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * First in the pipeline of a port that takes TLS: puts the TLS handler in its own place once the
 * first byte says TLS, so that a connection that stays silent costs no TLS engine.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows as an inactive channel
final class TlsGate extends ByteToMessageDecoder {

  /** The content type of a TLS record with a handshake message (RFC 8446 §5.1). */
  private static final byte HANDSHAKE = 22;

  private final Function<Channel, SslHandler> tls;
  private final boolean plaintextToo;
  private final Rejections rejections;

  /**
   * Creates a gate.
   *
   * @param tls makes the handler of one connection
   * @param plaintextToo whether a connection that is not encrypted passes
   * @param rejections where the others are reported
   */
  TlsGate(Function<Channel, SslHandler> tls, boolean plaintextToo, Rejections rejections) {
    this.tls = tls;
    this.plaintextToo = plaintextToo;
    this.rejections = rejections;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
    if (!bytes.isReadable()) {
      return;
    }
    if (bytes.getByte(bytes.readerIndex()) == HANDSHAKE) {
      SslHandler handler = tls.apply(context.channel());
      context.pipeline().addAfter(context.name(), null, handler);
      handler
          .handshakeFuture()
          .addListener(done -> report(context.channel(), handler, done.cause()));
      context.pipeline().remove(this); // passes the bytes on
    } else if (plaintextToo) {
      context.pipeline().remove(this);
    } else {
      bytes.skipBytes(bytes.readableBytes());
      rejections.report(
          context.channel(), "", "tls: first record does not look like a TLS handshake");
      context.close();
    }
  }

  private void report(Channel channel, SslHandler handler, @Nullable Throwable cause) {
    if (cause != null) {
      rejections.handshakeFailed(channel, handler.engine(), cause);
    }
  }
}
