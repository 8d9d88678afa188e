package dev.keelson.server.listen;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;
import java.time.Duration;

/**
 * grpc-java's hook for what happens on a connection before HTTP/2: here, deciding whether it is
 * HTTP/2 at all.
 *
 * <p>An encrypted listener will put its TLS handler in front of the same sniffer.
 */
final class SniffingNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {

  private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
      InternalProtocolNegotiators.serverPlaintext();
  private final HttpBackend backend;
  private final Duration patience;

  SniffingNegotiator(HttpBackend backend, Duration patience) {
    this.backend = backend;
    this.patience = patience;
  }

  @Override
  public AsciiString scheme() {
    return plaintext.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpc) {
    return new ProtocolSniffer(
        () -> plaintext.newHandler(grpc), () -> new HttpRelay(backend, Surface.CLIENT), patience);
  }

  @Override
  public void close() {
    plaintext.close();
  }
}
