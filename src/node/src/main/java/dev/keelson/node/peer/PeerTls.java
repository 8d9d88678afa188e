package dev.keelson.node.peer;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of accepted connections. grpc-java's own would not tell the engine who is at the other end,
 * and a peer's certificate is compared with the address it comes from; nor would it keep that
 * check, which may ask DNS, off the event loop.
 */
final class PeerTls implements InternalProtocolNegotiator.ProtocolNegotiator {
  private static final Logger log = LoggerFactory.getLogger(PeerTls.class);
  private static final long HANDSHAKE_TIMEOUT_MILLIS = 10_000;

  private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
      InternalProtocolNegotiators.serverPlaintext();
  private final SslContext tls;
  private final Executor blocking;

  /**
   * Creates a negotiator.
   *
   * @param blocking where the work of handshakes is done
   */
  PeerTls(SslContext tls, Executor blocking) {
    this.tls = tls;
    this.blocking = blocking;
  }

  @Override
  public AsciiString scheme() {
    return AsciiString.of("https");
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    return new Handshake(plaintext.newHandler(grpc));
  }

  @Override
  public void close() {
    plaintext.close();
  }

  /** Waits for the handshake and then lets grpc-java go on. */
  private final class Handshake extends ChannelInboundHandlerAdapter {
    private final ChannelHandler next;
    private @Nullable ProtocolNegotiationEvent begun;
    private @Nullable SslHandler handler;

    Handshake(ChannelHandler next) {
      this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      InetSocketAddress remote = (InetSocketAddress) context.channel().remoteAddress();
      SslHandler added =
          tls.newHandler(
              context.alloc(), remote.getAddress().getHostAddress(), remote.getPort(), blocking);
      added.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT_MILLIS);
      handler = added;
      context.pipeline().addBefore(context.name(), null, added);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ProtocolNegotiationEvent negotiation) {
        begun = negotiation;
      } else if (event instanceof SslHandshakeCompletionEvent handshake) {
        completed(context, handshake);
      } else {
        context.fireUserEventTriggered(event);
      }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to do
    private void completed(ChannelHandlerContext context, SslHandshakeCompletionEvent handshake) {
      ProtocolNegotiationEvent negotiation = begun;
      SslHandler done = handler;
      if (!handshake.isSuccess() || negotiation == null || done == null) {
        log.atWarn()
            .addKeyValue("remote-addr", String.valueOf(context.channel().remoteAddress()))
            .addKeyValue("error", String.valueOf(handshake.cause()))
            .log("rejected connection on peer endpoint");
        context.close();
        return;
      }
      Attributes attributes =
          InternalProtocolNegotiationEvent.getAttributes(negotiation).toBuilder()
              .set(Grpc.TRANSPORT_ATTR_SSL_SESSION, done.engine().getSession())
              .build();
      context.pipeline().addAfter(context.name(), null, next);
      context.fireUserEventTriggered(
          InternalProtocolNegotiationEvent.withAttributes(negotiation, attributes));
      if (done.engine().getNeedClientAuth()) {
        done.engine().getSession().invalidate(); // a resumed session would not be checked again
      }
      context.pipeline().remove(this);
    }
  }
}
