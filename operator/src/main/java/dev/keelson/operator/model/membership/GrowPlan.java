package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationStep;
import dev.keelson.operator.model.membership.Step.AddLearner;
import dev.keelson.operator.model.membership.Step.AwaitCatchUp;
import dev.keelson.operator.model.membership.Step.Begin;
import dev.keelson.operator.model.membership.Step.CreateDisk;
import dev.keelson.operator.model.membership.Step.Finish;
import dev.keelson.operator.model.membership.Step.Promote;
import dev.keelson.operator.model.membership.Step.RecordVoter;
import dev.keelson.operator.model.membership.Step.RemoveMember;
import dev.keelson.operator.model.membership.Step.RollBack;
import dev.keelson.operator.model.membership.Step.Wait;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Adds one member or a pair: disk, learner, Pod, catch-up, promotion. All of a pair are learners
 * that have caught up before the first is promoted, so the even number of voters lasts for one
 * call. What does not catch up in time, loses its disk or is no longer wanted is taken back.
 */
final class GrowPlan {
  private GrowPlan() {}

  static Step next(Observation seen, Membership membership, Operation operation) {
    List<Long> pending =
        operation.serials().stream().filter(serial -> !membership.isVoter(serial)).toList();
    if (operation.step() == OperationStep.RollingBack) {
      return takeBack(seen, membership, operation, pending);
    }
    if (pending.isEmpty()) {
      return new Finish();
    }
    if (membership.voterCount() + pending.size() > seen.wanted().voters(membership)) {
      return rollBack(operation, null, "no longer wanted");
    }
    if (pending.stream().anyMatch(s -> membership.lists(s) && !seen.diskUsable(s))) {
      return failed(operation, "the disk of a joining member was lost");
    }
    if (Operations.due(operation, seen.now())) {
      return failed(operation, "a joining member did not catch up in time");
    }
    Step making = make(seen, membership, pending);
    if (making != null) {
      return making;
    }
    if (!pending.stream().allMatch(serial -> ready(membership, serial))) {
      return new AwaitCatchUp(pending, Instant.parse(Objects.requireNonNull(operation.deadline())));
    }
    return promote(seen, membership, pending);
  }

  /** Disks, then learners, then Pods: a Pod is told of all members, so all are listed before. */
  private static @Nullable Step make(Observation seen, Membership membership, List<Long> pending) {
    for (long serial : pending) {
      DiskView disk = seen.disk(serial);
      if (disk == null) {
        return new CreateDisk(serial, DiskState.JOINING);
      }
      if (disk.terminating()) {
        return new Wait(WaitReason.DELETING);
      }
    }
    for (long serial : pending) {
      if (!membership.lists(serial)) {
        return new AddLearner(serial);
      }
    }
    for (long serial : pending) {
      Step step = PodRepair.restart(seen, serial);
      if (step != null) {
        return step;
      }
    }
    return null;
  }

  private static boolean ready(Membership membership, long serial) {
    return membership
        .find(serial)
        .filter(member -> member.healthy() && member.caughtUp())
        .isPresent();
  }

  /**
   * The disks are recorded as voters' before the first promotion: if the Pod of a new voter is lost
   * together with the quorum, nobody can list it any more, and its disk alone says to bring it
   * back.
   */
  private static Step promote(Observation seen, Membership membership, List<Long> pending) {
    for (long serial : pending) {
      DiskView disk = seen.disk(serial);
      if (disk != null && disk.state() != DiskState.VOTER) {
        return new RecordVoter(serial);
      }
    }
    return membership.allowsPromotion()
        ? new Promote(pending.getFirst())
        : new Wait(WaitReason.QUORUM_GUARD);
  }

  private static Step failed(Operation operation, String cause) {
    return rollBack(operation, cause, cause);
  }

  private static Step rollBack(Operation operation, @Nullable String error, String cause) {
    return new RollBack(Operations.rollingBack(operation, error), cause);
  }

  private static Step takeBack(
      Observation seen, Membership membership, Operation operation, List<Long> pending) {
    for (long serial : pending) {
      if (membership.lists(serial)) {
        return new RemoveMember(serial);
      }
    }
    Step cleaning = Cleanup.next(seen, pending, true);
    if (cleaning != null) {
      return cleaning;
    }
    return operation.lastError() == null
        ? new Finish()
        : new Begin(Operations.backingOff(operation, seen.now()));
  }
}
