package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationStep;
import dev.keelson.operator.api.v1alpha1.OperationType;
import dev.keelson.operator.model.membership.Step.Begin;
import dev.keelson.operator.model.membership.Step.DeletePod;
import dev.keelson.operator.model.membership.Step.Finish;
import dev.keelson.operator.model.membership.Step.Recovered;
import dev.keelson.operator.model.membership.Step.RetainDisk;
import dev.keelson.operator.model.membership.Step.StartPod;
import dev.keelson.operator.model.membership.Step.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Goes on from one member after the quorum was lost, only when a person asked for it. All other
 * Pods are gone and their disks put away, with their data, before that member is made a cluster of
 * its own: none of them can meet it again under its old membership. Then it starts once more in the
 * usual way, because a Pod that forces would do so again at every restart, and drop the members
 * that have joined since. What is missing grows afterwards like any other members.
 */
public final class RecoveryPlan {
  /** An election can leave nobody who lists the members; it is over long before this. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private RecoveryPlan() {}

  /** Without a quorum, and with nothing left that could bring it back by itself. */
  static Step begin(Observation seen) {
    RecoveryRequest request = seen.wanted().recovery();
    if (request == null || request.number() <= seen.recoveries()) {
      return new Wait(WaitReason.QUORUM_LOST);
    }
    if (objection(seen) != null) {
      return new Wait(WaitReason.RECOVERY_REFUSED);
    }
    Instant since = seen.silentSince();
    if (since == null || seen.now().isBefore(since.plus(SILENCE))) {
      return new Wait(WaitReason.QUORUM_LOST);
    }
    return new Begin(
        Operations.start(OperationType.Recover, List.of(survivor(seen, request)), seen.now()));
  }

  /** A request made for a loss that is over must not come true at the next one; null if none. */
  static @Nullable Step obsolete(Observation seen) {
    RecoveryRequest request = seen.wanted().recovery();
    return request != null && request.number() == seen.recoveries() + 1
        ? new Recovered(request.number(), false)
        : null;
  }

  /** Why a request is not followed, in a person's words; null if it is, or if there is none. */
  public static @Nullable String objection(Observation seen) {
    RecoveryRequest request = seen.wanted().recovery();
    if (request == null || request.number() <= seen.recoveries()) {
      return null;
    }
    if (request.number() != seen.recoveries() + 1) {
      return "spec.recovery.number must be " + (seen.recoveries() + 1);
    }
    if (!request.clusterId().equals(seen.clusterId())) {
      return "spec.recovery.confirmClusterID is not " + seen.clusterId();
    }
    if (request.serial() != null) {
      return holdsData(seen, request.serial())
          ? null
          : "member " + request.serial() + " has no disk with a voter's data";
    }
    List<Long> disks = seen.disks().keySet().stream().filter(s -> holdsData(seen, s)).toList();
    List<Long> silent = disks.stream().filter(serial -> !answers(seen, serial)).toList();
    if (disks.isEmpty()) {
      return "no disk with a voter's data is left";
    }
    return silent.isEmpty()
        ? null
        : "members "
            + silent
            + " have disks and do not answer, so the one that has most is not known;"
            + " spec.recovery.member can name one";
  }

  private static boolean holdsData(Observation seen, long serial) {
    DiskView disk = seen.disk(serial);
    return disk != null && disk.usable() && disk.state() == DiskState.VOTER;
  }

  private static boolean answers(Observation seen, long serial) {
    AnswerView answer = seen.answers().get(serial);
    return answer != null && !answer.learner() && answer.clusterId().equals(seen.clusterId());
  }

  private static long survivor(Observation seen, RecoveryRequest request) {
    if (request.serial() != null) {
      return request.serial();
    }
    return seen.answers().entrySet().stream()
        .filter(answer -> holdsData(seen, answer.getKey()))
        .max(
            Comparator.comparing(
                    (Map.Entry<Long, AnswerView> answer) -> answer.getValue().applied())
                .thenComparing(Map.Entry::getKey, Comparator.reverseOrder()))
        .map(Map.Entry::getKey)
        .orElseThrow();
  }

  /** The next step of a recovery that is on record. */
  static Step next(Observation seen, Operation operation) {
    long survivor = operation.serials().getFirst();
    if (operation.step() == OperationStep.Restarting) {
      return restart(seen, survivor);
    }
    PodView pod = seen.pod(survivor);
    boolean forced = pod != null && pod.forced();
    Membership membership = seen.membership();
    if (!forced && membership != null && !alone(membership, survivor)) {
      return new Recovered(seen.recoveries() + 1, false);
    }
    if (!seen.diskUsable(survivor) || (!forced && withdrawn(seen))) {
      return new Finish();
    }
    Step clearing = clear(seen, survivor);
    if (clearing != null) {
      return clearing;
    }
    if (membership != null && alone(membership, survivor) && membership.hasLeader()) {
      return new Begin(Operations.at(operation, OperationStep.Restarting, null));
    }
    return start(seen, survivor, StartMode.FORCED);
  }

  private static boolean withdrawn(Observation seen) {
    RecoveryRequest request = seen.wanted().recovery();
    return request == null || request.number() != seen.recoveries() + 1;
  }

  private static Step restart(Observation seen, long survivor) {
    Membership membership = seen.membership();
    PodView pod = seen.pod(survivor);
    boolean usual = pod != null && !pod.forced() && pod.state() != PodState.TERMINATING;
    if (usual && membership != null && membership.hasLeader()) {
      return new Recovered(seen.recoveries() + 1, true);
    }
    return seen.diskUsable(survivor) ? start(seen, survivor, StartMode.MEMBER) : new Finish();
  }

  /** Pods first, all of them, since any two could still agree on something; then the disks. */
  private static @Nullable Step clear(Observation seen, long survivor) {
    for (Map.Entry<Long, PodView> pod : seen.pods().entrySet()) {
      if (pod.getKey() != survivor && pod.getValue().state() != PodState.TERMINATING) {
        return new DeletePod(pod.getKey());
      }
    }
    if (seen.pods().keySet().stream().anyMatch(serial -> serial != survivor)) {
      return new Wait(WaitReason.DELETING);
    }
    for (Map.Entry<Long, DiskView> disk : seen.disks().entrySet()) {
      if (disk.getKey() != survivor && disk.getValue().usable()) {
        return new RetainDisk(disk.getKey());
      }
    }
    return null;
  }

  private static Step start(Observation seen, long survivor, StartMode mode) {
    PodView pod = seen.pod(survivor);
    if (pod == null) {
      return new StartPod(survivor, List.of(survivor), mode);
    }
    if (pod.state() == PodState.TERMINATING) {
      return new Wait(WaitReason.DELETING);
    }
    boolean other = pod.forced() != (mode == StartMode.FORCED);
    return other || pod.state() == PodState.TERMINAL
        ? new DeletePod(survivor)
        : new Wait(WaitReason.STARTING);
  }

  private static boolean alone(Membership membership, long survivor) {
    return membership.members().size() == 1
        && membership.members().getFirst().serial() == survivor
        && membership.voterCount() == 1;
  }
}
