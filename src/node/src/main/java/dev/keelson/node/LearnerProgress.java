package dev.keelson.node;

import dev.keelson.kv.error.KvError;
import dev.keelson.raft.Role;
import dev.keelson.raft.Status;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** How far learners have got, which only the leader knows. */
final class LearnerProgress {
  /** The part of the leader's log that a learner must hold to become a voter, as in etcd. */
  private static final double READY_PART = 0.9;

  private final Consensus consensus;

  LearnerProgress(Consensus consensus) {
    this.consensus = consensus;
  }

  /** Why a member is not ready to become a voter; empty if it is. */
  CompletableFuture<Optional<KvError>> check(long id) {
    CompletableFuture<Optional<KvError>> result = new CompletableFuture<>();
    consensus.submit(
        () -> result.complete(Optional.ofNullable(refusal(consensus.loop().statusNow(), id))));
    return result;
  }

  private static @Nullable KvError refusal(Status status, long id) {
    if (status.role() != Role.LEADER) {
      return KvError.NOT_LEADER;
    }
    Status.@Nullable PeerStatus progress = status.progress().get(id);
    Status.@Nullable PeerStatus own = status.progress().get(status.id());
    if (progress == null || own == null) {
      return KvError.MEMBER_NOT_FOUND;
    }
    return progress.match() < own.match() * READY_PART ? KvError.LEARNER_NOT_READY : null;
  }
}
