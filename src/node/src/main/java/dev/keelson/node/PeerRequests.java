package dev.keelson.node;

import dev.keelson.kv.StateMachine;
import dev.keelson.node.peer.Receiver;
import dev.keelson.proto.etcdserverpb.Member;
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
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What other members ask of this one. */
final class PeerRequests implements Receiver {
  private final long clusterId;
  private final long memberId;
  private final Consensus consensus;
  private final StateMachine state;

  PeerRequests(long clusterId, long memberId, Consensus consensus, StateMachine state) {
    this.clusterId = clusterId;
    this.memberId = memberId;
    this.consensus = consensus;
    this.state = state;
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
  public void snapshotSent(long member, boolean success) {
    consensus.submit(() -> consensus.loop().snapshotSent(member, success));
  }

  @Override
  public CompletableFuture<LeaseRenewResponse> renewLeases(LeaseRenewRequest request) {
    return CompletableFuture.failedFuture(Status.UNIMPLEMENTED.asRuntimeException());
  }

  @Override
  public CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request) {
    return CompletableFuture.failedFuture(Status.UNIMPLEMENTED.asRuntimeException());
  }

  @Override
  public CompletableFuture<PromoteResponse> promote(PromoteRequest request) {
    return CompletableFuture.failedFuture(Status.UNIMPLEMENTED.asRuntimeException());
  }

  @Override
  public CompletableFuture<HashKvResponse> hashKv(HashKvRequest request) {
    return CompletableFuture.failedFuture(Status.UNIMPLEMENTED.asRuntimeException());
  }

  @Override
  public DescribeResponse describe() {
    DescribeResponse.Builder response =
        DescribeResponse.newBuilder()
            .setClusterId(clusterId)
            .setMemberId(memberId)
            .setServerVersion(EtcdVersion.SERVER)
            .setMinClusterVersion(EtcdVersion.MIN_CLUSTER);
    String agreed = state.members().clusterVersion();
    if (agreed != null) {
      response.setClusterVersion(agreed);
    }
    for (dev.keelson.proto.membershippb.Member member : state.members().all()) {
      response.addMembers(
          Member.newBuilder()
              .setID(member.getID())
              .setName(member.getMemberAttributes().getName())
              .addAllPeerURLs(member.getRaftAttributes().getPeerUrlsList())
              .addAllClientURLs(member.getMemberAttributes().getClientUrlsList())
              .setIsLearner(member.getRaftAttributes().getIsLearner()));
    }
    return response.build();
  }
}
