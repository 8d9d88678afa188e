package dev.keelson.node;

import dev.keelson.kv.Applied;
import dev.keelson.node.env.Cancellable;
import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.Proposals;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.membershippb.Attributes;
import dev.keelson.proto.membershippb.ClusterMemberAttrSetRequest;
import java.util.concurrent.CompletableFuture;

/**
 * Makes a member known after each start: proposes its name and client URLs until that is applied.
 * Only then it is ready, so being ready implies a working leader.
 *
 * <p>A member that has just started often hears of its leader before its own stream to it stands,
 * and what it sends then is lost. So it does not wait for the end of a request's time, but proposes
 * once more after each election timeout, beside what is still under way; applying it twice changes
 * nothing.
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

  /** Proposes now and, until the member is ready or its environment is closed, again. */
  void begin(Environment environment) {
    Cancellable again = environment.every(settings.electionMillis(), this::propose);
    var _ = ready.whenComplete((_, _) -> again.cancel());
    propose();
  }

  private void propose() {
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
    if (outcome.failure() == null) {
      ready.complete(null);
    }
  }
}
