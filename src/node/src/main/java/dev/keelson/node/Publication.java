package dev.keelson.node;

import dev.keelson.kv.Applied;
import dev.keelson.node.loop.Proposals;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.membershippb.Attributes;
import dev.keelson.proto.membershippb.ClusterMemberAttrSetRequest;
import java.util.concurrent.CompletableFuture;

/**
 * Makes a member known after each start: proposes its name and client URLs until that is applied.
 * Only then it is ready, so being ready implies a working leader.
 */
final class Publication {
  private final MemberSettings settings;
  private final long memberId;
  private final Proposals proposals;
  private final CompletableFuture<Void> ready;

  Publication(
      MemberSettings settings, long memberId, Proposals proposals, CompletableFuture<Void> ready) {
    this.settings = settings;
    this.memberId = memberId;
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
      again();
    } else {
      ready.complete(null);
    }
  }

  private void again() {
    // a closed queue fails at once and for good; a timeout has taken its time already
    if (!proposals.isClosed()) {
      begin();
    }
  }
}
