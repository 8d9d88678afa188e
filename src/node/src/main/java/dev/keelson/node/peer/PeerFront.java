package dev.keelson.node.peer;

import dev.keelson.proto.peer.DescribeResponse;
import io.grpc.netty.NettyServerBuilder;
import java.util.function.Supplier;

/** What stands before gRPC on the peer port; the host may answer plain HTTP there too. */
@FunctionalInterface
public interface PeerFront {
  /** gRPC alone. */
  PeerFront GRPC_ONLY = (server, self) -> {};

  /**
   * Changes how the server begins its connections.
   *
   * @param server has its addresses, threads and TLS already
   * @param self who this member is and who belongs to the cluster
   */
  void prepare(NettyServerBuilder server, Supplier<DescribeResponse> self);
}
