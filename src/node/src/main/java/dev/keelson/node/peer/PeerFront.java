package dev.keelson.node.peer;

import dev.keelson.proto.peer.DescribeResponse;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Function;
import java.util.function.Supplier;

/** How connections to the peer port begin: the host brings TLS, and what else it answers there. */
@FunctionalInterface
public interface PeerFront {
  /** gRPC alone, in the clear. */
  PeerFront GRPC_ONLY =
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

  /** Begins one connection after the other. */
  @FunctionalInterface
  interface Connections {
    /**
     * The first handler of a new connection.
     *
     * @param grpc gives what serves HTTP/2; to be put behind the handler whose context it is given,
     *     before that passes on the first bytes
     */
    ChannelHandler begin(Function<ChannelHandlerContext, ChannelHandler> grpc);
  }
}
