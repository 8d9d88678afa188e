package dev.keelson.node.peer;

import dev.keelson.node.metrics.NetworkMetrics;
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
import java.util.concurrent.CompletableFuture;

/**
 * What a member does for the others. Called from threads of the transport; nothing blocks. Cluster
 * id and membership of the sender have been checked.
 */
public interface Receiver {
  /**
   * Consensus messages, in order. An {@link Message.InstallSnapshot} comes only when its content
   * has arrived, verified, where the state machine will find it, and names the index and term it
   * really has.
   */
  void received(List<Message> messages);

  /** A message to that member was dropped. */
  void unreachable(long member);

  /**
   * That member's process has ended, as far as can be told: it closed its connections, and its host
   * refuses new ones.
   */
  void gone(long member);

  /** Another member says that this one was removed from the cluster, for good. */
  void removed();

  /** Whether the log says that this member was removed from the cluster, for good. Any thread. */
  boolean isRemoved(long member);

  /** A snapshot to that member has ended. */
  void snapshotSent(long member, boolean success);

  CompletableFuture<LeaseRenewResponse> renewLeases(LeaseRenewRequest request);

  CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request);

  CompletableFuture<PromoteResponse> promote(PromoteRequest request);

  CompletableFuture<HashKvResponse> hashKv(HashKvRequest request);

  /** Where traffic with the others is counted. */
  NetworkMetrics metrics();

  /** The state that snapshots are taken of and replace. */
  SnapshotStore snapshots();

  /** Who this member is and who belongs to the cluster. */
  DescribeResponse describe();
}
