package dev.keelson.server.client;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Opens connections to members.
 *
 * @param trust for connections with TLS
 * @param tlsByDefault whether an endpoint without a scheme is reached by TLS
 * @param connectTimeout how long one attempt to connect may take
 * @param pingInterval without traffic for this long, the connection is tested
 * @param pingTimeout how long the answer to a test may take
 */
public record Connector(
    Trust trust,
    boolean tlsByDefault,
    Duration connectTimeout,
    Duration pingInterval,
    Duration pingTimeout) {

  /**
   * Prepares a connection; it is made by the first call.
   *
   * @param endpoint {@code host:port}, or an URL with the scheme {@code http} or {@code https}
   *     (etcd: client/v3/internal/endpoint)
   * @throws IOException if a file of {@code trust} cannot be read
   * @throws GeneralSecurityException if one does not hold what it should
   */
  public ManagedChannel open(String endpoint) throws IOException, GeneralSecurityException {
    boolean tls = endpoint.startsWith("https://") || (!endpoint.contains("://") && tlsByDefault);
    return NettyChannelBuilder.forTarget(
            endpoint.replaceFirst("^https?://", ""),
            tls ? trust.credentials() : InsecureChannelCredentials.create())
        .withOption(
            ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connectTimeout.toMillis()))
        .keepAliveTime(pingInterval.toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(pingTimeout.toMillis(), TimeUnit.MILLISECONDS)
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .build();
  }
}
