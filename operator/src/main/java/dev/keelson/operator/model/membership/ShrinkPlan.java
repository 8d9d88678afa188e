package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationStep;
import dev.keelson.operator.api.v1alpha1.OperationType;
import dev.keelson.operator.api.v1alpha1.Retention;
import dev.keelson.operator.model.membership.Step.Begin;
import dev.keelson.operator.model.membership.Step.Finish;
import dev.keelson.operator.model.membership.Step.MoveLeader;
import dev.keelson.operator.model.membership.Step.RemoveMember;
import dev.keelson.operator.model.membership.Step.SetServing;
import dev.keelson.operator.model.membership.Step.Wait;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Removes members: out of the client Service, drain, leadership away, out of the cluster, then Pod
 * and disk. Both of a pair leave the cluster before anything waits for a Pod.
 */
final class ShrinkPlan {
  private ShrinkPlan() {}

  static Step next(Observation seen, Membership membership, Operation operation) {
    List<MemberView> leaving =
        operation.serials().stream().map(membership::find).flatMap(Optional::stream).toList();
    if (leaving.isEmpty()) {
      Step cleaning = Cleanup.next(seen, operation.serials(), deletesDisks(seen, operation));
      return cleaning == null ? new Finish() : cleaning;
    }
    int excess = leaving.size() - removable(seen, membership, operation);
    if (excess > 0) {
      return spare(operation, leaving, excess);
    }
    if (!membership.allowsRemoval(leaving.getFirst())) {
      // Members chosen while others were well may be the wrong ones now; choose again.
      return leaving.size() == operation.serials().size()
          ? new Finish()
          : spare(operation, leaving, leaving.size());
    }
    Step leave = drain(seen, operation, leaving);
    if (leave != null) {
      return leave;
    }
    if (leaving.stream().anyMatch(MemberView::leader)) {
      return moveLeader(membership, leaving);
    }
    return new RemoveMember(leaving.getFirst().serial());
  }

  /** How many of those that are still listed may go: a person can want them again meanwhile. */
  private static int removable(Observation seen, Membership membership, Operation operation) {
    return operation.type() == OperationType.Shrink
        ? Math.max(0, membership.voterCount() - seen.wanted().voters(membership))
        : operation.serials().size();
  }

  private static Step spare(Operation operation, List<MemberView> leaving, int count) {
    List<Long> serials = new ArrayList<>(operation.serials());
    for (MemberView spared : leaving.subList(leaving.size() - count, leaving.size())) {
      serials.remove(spared.serial());
    }
    return serials.isEmpty() ? new Finish() : new Begin(Operations.withSerials(operation, serials));
  }

  private static @Nullable Step drain(
      Observation seen, Operation operation, List<MemberView> leaving) {
    if (operation.type() != OperationType.Shrink) {
      return null;
    }
    for (MemberView member : leaving) {
      PodView pod = seen.pod(member.serial());
      if (pod != null && pod.serving() && pod.state() == PodState.READY) {
        return new SetServing(member.serial(), false);
      }
    }
    if (operation.step() != OperationStep.Draining) {
      return new Begin(
          Operations.at(operation, OperationStep.Draining, seen.now().plus(seen.wanted().drain())));
    }
    return Operations.due(operation, seen.now()) ? null : new Wait(WaitReason.DRAINING);
  }

  /** To the healthy voter that stays and has applied most. */
  private static Step moveLeader(Membership membership, List<MemberView> leaving) {
    return membership
        .freshest(leaving)
        .<Step>map(voter -> new MoveLeader(voter.serial()))
        .orElse(new Wait(WaitReason.QUORUM_GUARD));
  }

  private static boolean deletesDisks(Observation seen, Operation operation) {
    return switch (operation.type()) {
      case Replace -> true;
      case PutAway -> false;
      default -> seen.wanted().onScaleDown() == Retention.Delete;
    };
  }
}
