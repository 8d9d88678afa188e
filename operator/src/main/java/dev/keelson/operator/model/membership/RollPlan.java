package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.model.membership.Step.Begin;
import dev.keelson.operator.model.membership.Step.DeletePod;
import dev.keelson.operator.model.membership.Step.Finish;
import dev.keelson.operator.model.membership.Step.MoveLeader;
import dev.keelson.operator.model.membership.Step.Wait;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Restarts members whose Pods are outdated, one at a time: followers first, the leader last and
 * after its office has moved. The next one has to wait until this one serves and has caught up. One
 * that does not come back keeps the operation open, so that a bad image or setting costs one member
 * and not the cluster; a corrected specification makes its Pod outdated again and so goes on.
 */
final class RollPlan {
  private RollPlan() {}

  /** The next member to restart; null when none is outdated. */
  static @Nullable Step begin(Observation seen, Membership membership) {
    return membership.voters().stream()
        .filter(voter -> due(seen, voter.serial()))
        .min(
            Comparator.comparing(MemberView::leader)
                .thenComparing(MemberView::healthy)
                .thenComparing(MemberView::serial))
        .map(voter -> begin(seen, membership, voter))
        .orElse(null);
  }

  private static Step begin(Observation seen, Membership membership, MemberView voter) {
    return membership.allowsRestart(voter)
        ? new Begin(Operations.roll(voter.serial(), seen.now(), seen.wanted().restart()))
        : new Wait(WaitReason.QUORUM_GUARD);
  }

  static Step next(Observation seen, Membership membership, Operation operation) {
    long serial = operation.serials().getFirst();
    MemberView member = membership.find(serial).orElse(null);
    PodView pod = seen.pod(serial);
    if (member == null
        || member.learner()
        || pod == null
        || seen.wanted().hibernated()
        || !seen.diskUsable(serial)) {
      return new Finish();
    }
    if (pod.state() == PodState.TERMINATING) {
      return new Wait(WaitReason.DELETING);
    }
    if (pod.outdated() || pod.forced()) {
      return restart(membership, member);
    }
    if (pod.state() == PodState.READY && member.healthy() && member.caughtUp()) {
      return new Finish();
    }
    return new Wait(
        Operations.due(operation, seen.now()) ? WaitReason.ROLL_STUCK : WaitReason.STARTING);
  }

  private static Step restart(Membership membership, MemberView member) {
    if (!membership.allowsRestart(member)) {
      return new Finish();
    }
    if (!member.leader() || membership.voterCount() == 1) {
      return new DeletePod(member.serial());
    }
    return membership
        .freshest(List.of(member))
        .<Step>map(voter -> new MoveLeader(voter.serial()))
        .orElse(new Wait(WaitReason.QUORUM_GUARD));
  }

  /** A Pod that forces is never left as it is, whatever became of the recovery it was made for. */
  private static boolean due(Observation seen, long serial) {
    PodView pod = seen.pod(serial);
    return pod != null && (pod.forced() || (pod.outdated() && seen.wanted().rolling()));
  }
}
