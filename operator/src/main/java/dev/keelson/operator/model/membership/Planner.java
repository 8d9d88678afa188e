package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationStep;
import dev.keelson.operator.api.v1alpha1.OperationType;
import dev.keelson.operator.model.membership.Step.Finish;
import dev.keelson.operator.model.membership.Step.Wait;
import java.time.Duration;
import java.time.Instant;

/** Decides the next step of a cluster's membership. */
public final class Planner {
  /** How long a Pod that was started may stay silent before the quorum is called lost. */
  private static final Duration START_GRACE = Duration.ofMinutes(2);

  /** How long one that became ready may: a connection to it may only just be on its way. */
  private static final Duration READY_GRACE = Duration.ofSeconds(20);

  /** An election is over within this; nobody can list the members before. */
  private static final Duration ELECTION_GRACE = Duration.ofSeconds(10);

  private Planner() {}

  /**
   * The next step. Missing Pods whose disks are there come first, since starting them changes no
   * membership and is how a quorum returns; then the open operation; then what a person wants. A
   * recovery that is on record comes before all that: the others must not come back any more.
   */
  public static Step next(Observation seen) {
    if (seen.wanted().paused()) {
      return new Wait(WaitReason.PAUSED);
    }
    if (seen.clusterId() == null) {
      return BootstrapPlan.next(seen);
    }
    Membership membership = seen.membership();
    if (membership != null && !membership.clusterId().equals(seen.clusterId())) {
      return new Wait(WaitReason.FOREIGN_CLUSTER);
    }
    Operation operation = seen.operation();
    if (operation != null && operation.type() == OperationType.Recover) {
      return RecoveryPlan.next(seen, operation);
    }
    if (operation != null && operation.type() == OperationType.Hibernate) {
      return HibernatePlan.next(seen, operation);
    }
    if (operation == null && seen.wanted().hibernated() && seen.pods().isEmpty()) {
      return new Wait(WaitReason.HIBERNATED);
    }
    Step restart = PodRepair.next(seen);
    if (restart != null) {
      return restart;
    }
    if (membership == null) {
      return silent(seen);
    }
    if (!membership.hasLeader()) {
      return new Wait(WaitReason.NO_LEADER);
    }
    Step obsolete = RecoveryPlan.obsolete(seen);
    if (obsolete != null) {
      return obsolete;
    }
    if (operation == null) {
      return Scaling.next(seen, membership, 0);
    }
    return proceed(seen, membership, operation);
  }

  private static Step proceed(Observation seen, Membership membership, Operation operation) {
    return switch (operation.type()) {
      case Bootstrap, Recover, Hibernate -> new Finish();
      case Grow ->
          operation.step() == OperationStep.BackingOff
              ? Scaling.afterRollBack(seen, membership, operation)
              : GrowPlan.next(seen, membership, operation);
      case Roll -> RollPlan.next(seen, membership, operation);
      case Shrink, Replace, PutAway -> ShrinkPlan.next(seen, membership, operation);
    };
  }

  /** Nobody lists the members: for a reason that passes by itself, or for good. */
  private static Step silent(Observation seen) {
    if (seen.pods().entrySet().stream()
        .anyMatch(pod -> starts(pod.getValue(), seen.diskUsable(pod.getKey()), seen.now()))) {
      return new Wait(WaitReason.STARTING);
    }
    Instant since = seen.silentSince();
    return since == null || seen.now().isBefore(since.plus(ELECTION_GRACE))
        ? new Wait(WaitReason.NO_ANSWER)
        : RecoveryPlan.begin(seen);
  }

  /** Whether a member may answer soon; one whose Pod goes and whose disk stays starts again. */
  private static boolean starts(PodView pod, boolean diskUsable, Instant now) {
    return switch (pod.state()) {
      case PENDING, RUNNING -> now.isBefore(pod.since().plus(START_GRACE));
      case TERMINATING -> diskUsable && now.isBefore(pod.since().plus(START_GRACE));
      case READY -> now.isBefore(pod.since().plus(READY_GRACE));
      case UNREADY, CRASH_LOOPING, TERMINAL -> false;
    };
  }
}
