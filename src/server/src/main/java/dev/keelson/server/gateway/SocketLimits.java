package dev.keelson.server.gateway;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;
import java.util.List;

/** What WebSockets may send. */
@Singleton
final class SocketLimits implements HttpServerOptionsCustomizer {
  /** A request of the largest default size, in base64, with room to spare. */
  private static final int MESSAGE_BYTES_MAX = 4 << 20;

  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    options
        .setMaxWebSocketFrameSize(MESSAGE_BYTES_MAX)
        .setMaxWebSocketMessageSize(MESSAGE_BYTES_MAX)
        // a few bytes would unpack to a gigabyte before the limit is looked at
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        // by which pages hand over their token; see RequestMetadata
        .setWebSocketSubProtocols(List.of("Bearer"));
  }
}
