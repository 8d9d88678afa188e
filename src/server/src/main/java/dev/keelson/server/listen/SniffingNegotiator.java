package dev.keelson.server.listen;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * grpc-java's hook for what happens on a connection before HTTP/2: here TLS, and deciding whether
 * it is HTTP/2 at all.
 */
final class SniffingNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {

  private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
      InternalProtocolNegotiators.serverPlaintext();
  private final ConnectionStart start;
  private final @Nullable HttpBackend http;

  /**
   * Creates a negotiator.
   *
   * @param http where HTTP/1 is answered; null closes such connections
   */
  SniffingNegotiator(ConnectionStart start, @Nullable HttpBackend http) {
    this.start = start;
    this.http = http;
  }

  @Override
  public AsciiString scheme() {
    return plaintext.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    HttpBackend backend = http;
    return start.handler(
        new ProtocolSniffer.Destinations(
            context -> negotiation(context, grpc),
            backend == null
                ? null
                : context ->
                    new HttpRelay(
                        backend, Surface.CLIENT, isEncrypted(context), start.patience())));
  }

  private ChannelHandler negotiation(
      ChannelHandlerContext context, GrpcHttp2ConnectionHandler grpc) {
    ChannelHandler negotiation = plaintext.newHandler(grpc);
    SslHandler tls = context.pipeline().get(SslHandler.class);
    return tls == null
        ? negotiation
        : new TlsSessionNegotiation(tls.engine().getSession(), negotiation);
  }

  static boolean isEncrypted(ChannelHandlerContext context) {
    return context.pipeline().get(SslHandler.class) != null;
  }

  @Override
  public void close() {
    plaintext.close();
  }
}
