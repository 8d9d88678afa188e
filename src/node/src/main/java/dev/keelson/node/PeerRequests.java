package dev.keelson.node;

import dev.keelson.kv.StateMachine;
import dev.keelson.node.api.MemberMessages;
import dev.keelson.node.metrics.NetworkMetrics;
import dev.keelson.node.peer.Receiver;
import dev.keelson.node.peer.SnapshotStore;
import dev.keelson.proto.peer.DescribeResponse;
import dev.keelson.proto.peer.HashKvRequest;
import dev.keelson.proto.peer.HashKvResponse;
import dev.keelson.proto.peer.LeaseRenewRequest;
import dev.keelson.proto.peer.LeaseRenewResponse;
import dev.keelson.proto.peer.LeaseRenewal;
import dev.keelson.proto.peer.LeaseTimeToLiveRequest;
import dev.keelson.proto.peer.LeaseTimeToLiveResponse;
import dev.keelson.proto.peer.PromoteRequest;
import dev.keelson.proto.peer.PromoteResponse;
import dev.keelson.raft.Message;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** What other members ask of this one. */
final class PeerRequests implements Receiver {
  private final long clusterId;
  private final long memberId;
  private final Consensus consensus;
  private final StateMachine state;
  private final LongSupplier applied;
  private final LeaseCalls leases;
  private final MembershipCalls membership;
  private final SnapshotStore snapshots;
  private final Digests digests;
  private final NetworkMetrics metrics;
  private final Runnable removal;

  PeerRequests(
      long clusterId,
      long memberId,
      Consensus consensus,
      StateMachine state,
      LongSupplier applied,
      LeaseCalls leases,
      MembershipCalls membership,
      SnapshotStore snapshots,
      Digests digests,
      NetworkMetrics metrics,
      Runnable removal) {
    this.clusterId = clusterId;
    this.memberId = memberId;
    this.consensus = consensus;
    this.state = state;
    this.applied = applied;
    this.leases = leases;
    this.membership = membership;
    this.snapshots = snapshots;
    this.digests = digests;
    this.metrics = metrics;
    this.removal = removal;
  }

  @Override
  public void received(List<Message> messages) {
    consensus.submit(() -> consensus.loop().received(messages));
  }

  @Override
  public void unreachable(long member) {
    consensus.submit(() -> consensus.loop().unreachable(member));
  }

  @Override
  public void gone(long member) {
    consensus.submit(() -> consensus.loop().gone(member));
  }

  @Override
  public void removed() {
    removal.run();
  }

  @Override
  public boolean isRemoved(long member) {
    return state.members().isRemoved(member);
  }

  @Override
  public void snapshotSent(long member, boolean success) {
    consensus.submit(() -> consensus.loop().snapshotSent(member, success));
  }

  @Override
  public CompletableFuture<LeaseRenewResponse> renewLeases(LeaseRenewRequest request) {
    List<CompletableFuture<Long>> renewals =
        request.getLeaseIdsList().stream().map(leases::renewHere).toList();
    return CompletableFuture.allOf(renewals.toArray(CompletableFuture[]::new))
        .thenApply(
            _ -> {
              LeaseRenewResponse.Builder response = LeaseRenewResponse.newBuilder();
              for (int i = 0; i < renewals.size(); i++) {
                response.addRenewals(
                    LeaseRenewal.newBuilder()
                        .setLeaseId(request.getLeaseIds(i))
                        .setTtlSeconds(renewals.get(i).join()));
              }
              return response.build();
            });
  }

  @Override
  public CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request) {
    if (!consensus.standing().isLeader()) {
      return CompletableFuture.failedFuture(AtLeader.NOT_HERE.asRuntimeException());
    }
    return leases
        .timeToLiveHere(request.getRequest())
        .thenApply(response -> LeaseTimeToLiveResponse.newBuilder().setResponse(response).build());
  }

  @Override
  public CompletableFuture<PromoteResponse> promote(PromoteRequest request) {
    return membership
        .promoteHere(request.getMemberId(), () -> false)
        .thenApply(
            members ->
                PromoteResponse.newBuilder()
                    .addAllMembers(members.stream().map(MemberMessages::of).toList())
                    .build());
  }

  @Override
  public CompletableFuture<HashKvResponse> hashKv(HashKvRequest request) {
    return digests.answer(request);
  }

  @Override
  public NetworkMetrics metrics() {
    return metrics;
  }

  @Override
  public SnapshotStore snapshots() {
    return snapshots;
  }

  @Override
  public DescribeResponse describe() {
    DescribeResponse.Builder response =
        DescribeResponse.newBuilder()
            .setClusterId(clusterId)
            .setMemberId(memberId)
            .setAppliedIndex(applied.getAsLong())
            .setServerVersion(EtcdVersion.SERVER)
            .setMinClusterVersion(EtcdVersion.MIN_CLUSTER);
    String agreed = state.members().clusterVersion();
    if (agreed != null) {
      response.setClusterVersion(agreed);
    }
    state.members().all().forEach(member -> response.addMembers(MemberMessages.of(member)));
    return response.build();
  }
}
