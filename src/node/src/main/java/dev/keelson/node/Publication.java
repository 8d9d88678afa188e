package dev.keelson.node;

import dev.keelson.kv.Applied;
import dev.keelson.kv.member.Members;
import dev.keelson.node.loop.Proposals;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.membershippb.Attributes;
import dev.keelson.proto.membershippb.ClusterMemberAttrSetRequest;
import dev.keelson.proto.membershippb.ClusterVersionSetRequest;
import java.util.concurrent.CompletableFuture;

/**
 * Makes a member known after each start: proposes its name and client URLs until that is applied.
 * Only then it is ready, so being ready implies a working leader. The first time it also settles
 * the cluster's version.
 */
final class Publication {
  private final MemberSettings settings;
  private final long memberId;
  private final Members members;
  private final Proposals proposals;
  private final CompletableFuture<Void> ready;

  Publication(
      MemberSettings settings,
      long memberId,
      Members members,
      Proposals proposals,
      CompletableFuture<Void> ready) {
    this.settings = settings;
    this.memberId = memberId;
    this.members = members;
    this.proposals = proposals;
    this.ready = ready;
  }

  void begin() {
    proposals.propose(
        InternalRaftRequest.newBuilder()
            .setClusterMemberAttrSet(
                ClusterMemberAttrSetRequest.newBuilder()
                    .setMemberID(memberId)
                    .setMemberAttributes(
                        Attributes.newBuilder()
                            .setName(settings.name())
                            .addAllClientUrls(settings.clientUrls()))),
        Runnable::run,
        this::published);
  }

  private void published(Applied outcome) {
    if (outcome.failure() != null) {
      again(this::begin);
    } else if (members.clusterVersion() == null) {
      settleVersion();
    } else {
      ready.complete(null);
    }
  }

  private void settleVersion() {
    proposals.propose(
        InternalRaftRequest.newBuilder()
            .setClusterVersionSet(
                ClusterVersionSetRequest.newBuilder().setVer(EtcdVersion.CLUSTER)),
        Runnable::run,
        outcome -> {
          if (outcome.failure() != null) {
            again(this::settleVersion);
          } else {
            ready.complete(null);
          }
        });
  }

  private void again(Runnable step) {
    // a closed queue fails at once and for good; a timeout has taken its time already
    if (!proposals.isClosed()) {
      step.run();
    }
  }
}
