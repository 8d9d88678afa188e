package dev.keelson.node.peer;

import dev.keelson.proto.peer.DescribeResponse;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Function;
import java.util.function.Supplier;

/** How connections to the peer port begin: the host brings TLS, and what else it answers there. */
@FunctionalInterface
public interface PeerFront {
  /**
   * What a connection for a snapshot begins with; no method of HTTP/1, and nothing of HTTP/2's
   * preface (RFC 9113 section 3.4).
   */
  String SNAPSHOT_PREFACE = "keelson-snapshot/1\n";

  /** What members say to each other alone, in the clear. */
  PeerFront MEMBERS_ONLY =
      (secure, self) -> {
        if (secure) {
          throw new IllegalArgumentException("an https peer URL to listen on, but no certificate");
        }
        return Straight::new;
      };

  /**
   * Prepares the connections of one server.
   *
   * @param secure whether they come to https URLs
   * @param self who this member is and who belongs to the cluster
   * @throws IllegalArgumentException if it has no certificate for https
   */
  Connections prepare(boolean secure, Supplier<DescribeResponse> self);

  /**
   * What the transport serves. Each gives a handler to be put behind the one whose context it is
   * given, before that passes on the first bytes.
   *
   * @param grpc for connections that begin with HTTP/2's preface
   * @param snapshots for those that begin with {@link #SNAPSHOT_PREFACE}
   */
  record Destinations(
      Function<ChannelHandlerContext, ChannelHandler> grpc,
      Function<ChannelHandlerContext, ChannelHandler> snapshots) {}

  /** Begins one connection after the other. */
  @FunctionalInterface
  interface Connections {
    /** The first handler of a new connection. */
    ChannelHandler begin(Destinations destinations);
  }
}
