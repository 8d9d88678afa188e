package dev.keelson.node.peer;

import dev.keelson.proto.peer.DescribeRequest;
import dev.keelson.proto.peer.DescribeResponse;
import dev.keelson.proto.peer.HashKvRequest;
import dev.keelson.proto.peer.HashKvResponse;
import dev.keelson.proto.peer.LeaseRenewRequest;
import dev.keelson.proto.peer.LeaseRenewResponse;
import dev.keelson.proto.peer.LeaseTimeToLiveRequest;
import dev.keelson.proto.peer.LeaseTimeToLiveResponse;
import dev.keelson.proto.peer.PromoteRequest;
import dev.keelson.proto.peer.PromoteResponse;
import dev.keelson.raft.Message;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The way to the other members. Messages may be lost, late or sent twice, never altered; those for
 * one member keep their order as long as one connection lasts. No method blocks. Thread-safe.
 *
 * <p>The futures of calls fail with an {@link io.grpc.StatusRuntimeException}: with the other
 * member's own refusal, or UNAVAILABLE when it cannot be reached.
 */
public interface Transport extends AutoCloseable {
  /** Begins to receive and to connect, in the name of a member. */
  void start(long clusterId, long memberId, Receiver receiver);

  /**
   * Says who the other members are, after every change of the membership; whoever is left out is no
   * longer listened to.
   *
   * @param peerUrls where each can be reached, by member id
   */
  void setPeers(Map<Long, List<String>> peerUrls);

  /**
   * Sends what can be sent and drops the rest. For a dropped message the receiver's {@link
   * Receiver#unreachable} is told; an {@link Message.InstallSnapshot} takes the state along and its
   * end, however it ends, is told by {@link Receiver#snapshotSent}.
   */
  void send(List<Message> messages);

  /**
   * For how long that member has been within reach without interruption, in milliseconds; -1 if it
   * is not at the moment.
   */
  long connectedMillis(long member);

  /** Renews leases at the leader. */
  CompletableFuture<LeaseRenewResponse> renewLeases(long to, LeaseRenewRequest request);

  /** Asks the leader how long a lease has left. */
  CompletableFuture<LeaseTimeToLiveResponse> timeToLive(long to, LeaseTimeToLiveRequest request);

  /** Asks the leader, who alone knows how far a learner has got, to promote it. */
  CompletableFuture<PromoteResponse> promote(long to, PromoteRequest request);

  /** Asks a member for digests of its state. */
  CompletableFuture<HashKvResponse> hashKv(long to, HashKvRequest request);

  /** Asks whoever is at a peer URL who it is; also before there is a cluster. */
  CompletableFuture<DescribeResponse> describe(String peerUrl, DescribeRequest request);

  @Override
  void close();
}
