package dev.keelson.server.gateway;

import io.grpc.Metadata;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * HTTP headers as gRPC metadata, by grpc-gateway's rules: {@code Grpc-Metadata-X} becomes {@code
 * x}, the headers that IANA registers as permanent become {@code grpcgateway-...}, {@code
 * Authorization} is passed on under its own name too, the rest is dropped.
 */
final class RequestMetadata {
  private static final String PREFIX = "grpc-metadata-";

  private static final Set<String> PERMANENT =
      Set.of(
          "accept",
          "accept-charset",
          "accept-language",
          "accept-ranges",
          "authorization",
          "cache-control",
          "content-type",
          "cookie",
          "date",
          "expect",
          "from",
          "host",
          "if-match",
          "if-modified-since",
          "if-none-match",
          "if-schedule-tag-match",
          "if-unmodified-since",
          "max-forwards",
          "origin",
          "pragma",
          "referer",
          "user-agent",
          "via",
          "warning");

  /** What grpc-websocket-proxy passes on of the request that asks for a WebSocket. */
  private static final Set<String> OF_SOCKETS = Set.of("origin", "referer");

  private static final String BEARER = "Bearer";

  private RequestMetadata() {}

  /**
   * Maps the headers of a request for a WebSocket. A page cannot set others than those of the
   * protocol, so the token is the second of the subprotocols, {@code Bearer, token}, or the cookie
   * {@code token}.
   */
  static Metadata ofSocket(HttpServerRequest request) {
    Metadata metadata = new Metadata();
    for (Map.Entry<String, String> header : request.headers()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (OF_SOCKETS.contains(name)) {
        put(metadata, "grpcgateway-" + name, header.getValue());
      }
    }
    String protocols = request.getHeader("Sec-WebSocket-Protocol");
    Cookie cookie = request.getCookie("token");
    if (cookie != null) {
      authorize(metadata, cookie.getValue());
    } else if (protocols != null && protocols.startsWith(BEARER + ",")) {
      authorize(metadata, protocols.substring(BEARER.length() + 1).strip());
    }
    return metadata;
  }

  private static void authorize(Metadata metadata, String token) {
    String value = BEARER + " " + token;
    put(metadata, "authorization", value);
    put(metadata, "grpcgateway-authorization", value);
  }

  /** Maps the headers of a request; names without regard to case. */
  static Metadata of(Iterable<Map.Entry<String, String>> headers) {
    Metadata metadata = new Metadata();
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (name.equals("authorization")) {
        put(metadata, name, header.getValue());
      }
      if (PERMANENT.contains(name)) {
        put(metadata, "grpcgateway-" + name, header.getValue());
      } else if (name.startsWith(PREFIX) && name.length() > PREFIX.length()) {
        put(metadata, name.substring(PREFIX.length()), header.getValue());
      }
    }
    return metadata;
  }

  /** Headers that no metadata can carry are dropped. */
  private static void put(Metadata metadata, String name, String value) {
    try {
      if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        metadata.put(
            Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER),
            Base64.getDecoder().decode(value));
      } else {
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
      }
    } catch (IllegalArgumentException e) {
      // neither a name nor a value of HTTP/2, or not base64
    }
  }
}
