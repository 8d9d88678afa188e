package dev.keelson.server.listen;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import javax.net.ssl.SSLSession;

/**
 * Tells grpc-java the TLS session of a connection while it negotiates, so that services find it,
 * and with it the client's certificate, under {@link Grpc#TRANSPORT_ATTR_SSL_SESSION}.
 */
final class TlsSessionNegotiation extends ChannelInboundHandlerAdapter {

  private final SSLSession session;
  private final ChannelHandler next;

  /**
   * Creates a handler that puts another behind itself.
   *
   * @param next grpc-java's negotiation without TLS
   */
  TlsSessionNegotiation(SSLSession session, ChannelHandler next) {
    this.session = session;
    this.next = next;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.pipeline().addAfter(context.name(), null, next);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ProtocolNegotiationEvent negotiation) {
      Attributes attributes =
          InternalProtocolNegotiationEvent.getAttributes(negotiation).toBuilder()
              .set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session)
              .build();
      context.fireUserEventTriggered(
          InternalProtocolNegotiationEvent.withAttributes(negotiation, attributes));
      context.pipeline().remove(this);
    } else {
      context.fireUserEventTriggered(event);
    }
  }
}
