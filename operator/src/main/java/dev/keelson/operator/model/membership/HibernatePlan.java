package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationType;
import dev.keelson.operator.model.membership.Step.Begin;
import dev.keelson.operator.model.membership.Step.DeletePod;
import dev.keelson.operator.model.membership.Step.Finish;
import dev.keelson.operator.model.membership.Step.Wait;
import java.util.Comparator;
import java.util.List;

/**
 * Stops all Pods and keeps all members and disks: followers one after another, the leader last. The
 * order is recorded, because the cluster cannot tell it any more once its quorum has stopped.
 */
final class HibernatePlan {
  private HibernatePlan() {}

  static Step begin(Observation seen, Membership membership) {
    List<Long> order =
        membership.members().stream()
            .filter(MemberView::ours)
            .sorted(
                Comparator.comparing(MemberView::leader)
                    .thenComparing(MemberView::serial, Comparator.reverseOrder()))
            .map(MemberView::serial)
            .toList();
    return new Begin(Operations.start(OperationType.Hibernate, order, seen.now()));
  }

  static Step next(Observation seen, Operation operation) {
    if (!seen.wanted().hibernated()) {
      return new Finish();
    }
    for (long serial : operation.serials()) {
      PodView pod = seen.pod(serial);
      if (pod != null) {
        return pod.state() == PodState.TERMINATING
            ? new Wait(WaitReason.DELETING)
            : new DeletePod(serial);
      }
    }
    return new Finish();
  }
}
