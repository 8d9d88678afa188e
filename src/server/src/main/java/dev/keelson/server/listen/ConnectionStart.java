package dev.keelson.server.listen;

import dev.keelson.node.api.auth.Identities;
import dev.keelson.server.listen.RelayedConnections.Relayed;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What every new connection passes first: the TLS of its port, then the sniffer.
 *
 * @param encryption what the port takes
 * @param tls makes the TLS handler of a connection; null only where nothing is encrypted
 * @param newcomers where connections count until they have spoken
 * @param patience how long handshake and first bytes may take together
 * @param rejections where failed handshakes are reported
 */
record ConnectionStart(
    Encryption encryption,
    @Nullable Function<Channel, SslHandler> tls,
    Newcomers newcomers,
    Duration patience,
    Rejections rejections) {

  /** What is known of a connection that has passed and asks for HTTP. */
  static Relayed relayed(ChannelHandlerContext context, Surface surface) {
    SslHandler tls = context.pipeline().get(SslHandler.class);
    return new Relayed(
        surface,
        context.channel().remoteAddress(),
        tls != null,
        tls == null ? "" : Identities.commonName(tls.engine().getSession()));
  }

  /** The first handler of a connection that goes to one of the destinations. */
  ChannelHandler handler(ProtocolSniffer.Destinations destinations) {
    ProtocolSniffer sniffer = new ProtocolSniffer(destinations, newcomers, patience);
    if (encryption == Encryption.NONE) {
      return sniffer;
    }
    Function<Channel, SslHandler> handlers = tls;
    if (handlers == null) {
      throw new IllegalStateException("an encrypted port without TLS");
    }
    return new Both(new TlsGate(handlers, encryption == Encryption.EITHER, rejections), sniffer);
  }

  /** Stands for two handlers where only one can be given. */
  private static final class Both extends ChannelInboundHandlerAdapter {

    private final ChannelHandler first;
    private final ChannelHandler second;

    Both(ChannelHandler first, ChannelHandler second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      context.pipeline().addAfter(context.name(), null, second);
      context.pipeline().addAfter(context.name(), null, first);
      context.pipeline().remove(this);
    }
  }
}
