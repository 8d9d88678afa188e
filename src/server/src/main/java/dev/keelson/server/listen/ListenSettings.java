package dev.keelson.server.listen;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.config.Url;
import java.time.Duration;
import java.util.List;

/**
 * What a client listener needs to know.
 *
 * @param urls where to listen for gRPC, and for HTTP unless that has URLs of its own
 * @param httpUrls where to listen for HTTP alone; if not empty, the others take gRPC alone
 * @param maxInboundMessageBytes largest gRPC message taken
 * @param maxConcurrentStreams streams per connection, at most 2^32-1
 * @param keepAliveMinTime a client may not ping more often
 * @param keepAliveInterval the server pings idle connections this often; zero is off
 * @param keepAliveTimeout an unanswered ping closes the connection
 * @param patience how long the first bytes of a connection may take
 * @param eventLoops threads that serve connections, at least 1
 * @param reusePort whether several processes may bind the same port (SO_REUSEPORT)
 */
public record ListenSettings(
    List<Url> urls,
    List<Url> httpUrls,
    int maxInboundMessageBytes,
    long maxConcurrentStreams,
    Duration keepAliveMinTime,
    Duration keepAliveInterval,
    Duration keepAliveTimeout,
    Duration patience,
    int eventLoops,
    boolean reusePort) {

  /** etcd's allowance for what surrounds a request of {@code --max-request-bytes}. */
  private static final int GRPC_OVERHEAD_BYTES = 512 * 1024;

  /** How long the first bytes of a connection may take, on every port. */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The settings of the client listeners. */
  public static ListenSettings of(Configuration configuration) {
    // the services refuse what is over the limit, in etcd's words; the transport cuts what is far
    // over it
    long maxMessage =
        2L * (configuration.get(ServingOptions.MAX_REQUEST_BYTES) + GRPC_OVERHEAD_BYTES);
    return new ListenSettings(
        configuration.get(ServingOptions.LISTEN_CLIENT_URLS),
        configuration.get(ServingOptions.LISTEN_CLIENT_HTTP_URLS),
        (int) Math.min(Integer.MAX_VALUE, maxMessage),
        configuration.get(ServingOptions.MAX_CONCURRENT_STREAMS),
        configuration.get(ServingOptions.GRPC_KEEPALIVE_MIN_TIME),
        configuration.get(ServingOptions.GRPC_KEEPALIVE_INTERVAL),
        configuration.get(ServingOptions.GRPC_KEEPALIVE_TIMEOUT),
        PATIENCE,
        Runtime.getRuntime().availableProcessors(),
        configuration.get(ServingOptions.SOCKET_REUSE_PORT));
  }
}
