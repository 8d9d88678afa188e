package dev.keelson.server.listen;

import dev.keelson.node.peer.PeerFront;
import dev.keelson.proto.peer.DescribeResponse;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How connections to the peer port begin: TLS, then the sniffer; HTTP/2 and snapshots go to the
 * transport of the members, HTTP/1 is answered here.
 */
public final class PeerPort implements PeerFront {

  private final @Nullable Function<Channel, SslHandler> tls;
  private final Duration patience;
  private final Supplier<String> versions;
  private final Newcomers newcomers = new Newcomers();
  private final Rejections rejections = new Rejections("peer");

  /**
   * Prepares the port.
   *
   * @param tls makes the TLS handler of a connection; null when no certificate is configured
   * @param patience how long handshake and first bytes of a connection may take
   * @param versions the body of {@code /version}
   */
  public PeerPort(
      @Nullable Function<Channel, SslHandler> tls, Duration patience, Supplier<String> versions) {
    this.tls = tls;
    this.patience = patience;
    this.versions = versions;
  }

  @Override
  public Connections prepare(boolean secure, Supplier<DescribeResponse> self) {
    if (secure && tls == null) {
      throw new IllegalArgumentException("an https peer URL to listen on, but no certificate");
    }
    ConnectionStart start =
        new ConnectionStart(
            secure ? Encryption.TLS : Encryption.NONE, tls, newcomers, patience, rejections);
    PeerAnswers answers = new PeerAnswers(self, versions);
    return members ->
        start.handler(
            new ProtocolSniffer.Destinations(
                members.grpc(), _ -> new PeerHttp(answers, patience), members.snapshots()));
  }
}
