package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationType;
import dev.keelson.operator.model.membership.Step.Begin;
import dev.keelson.operator.model.membership.Step.Finish;
import dev.keelson.operator.model.membership.Step.RecordVoter;
import dev.keelson.operator.model.membership.Step.Reserve;
import dev.keelson.operator.model.membership.Step.SetServing;
import dev.keelson.operator.model.membership.Step.Wait;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Opens the next operation when none is open: leftovers, hibernation, repair, then the number. */
final class Scaling {
  private Scaling() {}

  static Step next(Observation seen, Membership membership, int attempts) {
    Step urgent = beforeGrowing(seen, membership);
    if (urgent != null) {
      return urgent;
    }
    int missing = seen.wanted().voters(membership) - membership.voterCount();
    return missing > 0 ? grow(seen, membership, missing, attempts) : new Wait(WaitReason.STEADY);
  }

  /** A failed attempt to grow delays the next one and nothing else. */
  static Step afterRollBack(Observation seen, Membership membership, Operation operation) {
    Step urgent = beforeGrowing(seen, membership);
    if (urgent != null) {
      return urgent;
    }
    if (seen.wanted().voters(membership) <= membership.voterCount()) {
      return new Finish();
    }
    return Operations.due(operation, seen.now())
        ? next(seen, membership, operation.attempts())
        : new Wait(WaitReason.BACKING_OFF);
  }

  private static @Nullable Step beforeGrowing(Observation seen, Membership membership) {
    Step leftover = leftover(seen, membership);
    if (leftover != null) {
      return leftover;
    }
    Step records = records(seen, membership);
    if (records != null) {
      return records;
    }
    if (seen.wanted().hibernated()) {
      return HibernatePlan.begin(seen, membership);
    }
    Step repair = repair(seen, membership);
    if (repair != null) {
      return repair;
    }
    Step roll = RollPlan.begin(seen, membership);
    if (roll != null) {
      return roll;
    }
    return membership.voterCount() > seen.wanted().target()
        ? new Begin(
            Operations.start(OperationType.Shrink, Victims.choose(seen, membership), seen.now()))
        : null;
  }

  /** Learners that belong to no operation, and what members removed by hand left behind. */
  private static @Nullable Step leftover(Observation seen, Membership membership) {
    for (MemberView member : membership.members()) {
      if (member.learner() && member.ours()) {
        return takeBack(seen, member.serial());
      }
    }
    for (var disk : seen.disks().entrySet()) {
      if (disk.getValue().usable() && !membership.lists(disk.getKey())) {
        return disk.getValue().state() == DiskState.JOINING
            ? takeBack(seen, disk.getKey())
            : putAway(seen, disk.getKey());
      }
    }
    for (long serial : seen.pods().keySet()) {
      if (!membership.lists(serial)) {
        return putAway(seen, serial);
      }
    }
    return null;
  }

  private static Step takeBack(Observation seen, long serial) {
    Operation grow = Operations.start(OperationType.Grow, List.of(serial), seen.now());
    return new Begin(Operations.rollingBack(grow, null));
  }

  private static Step putAway(Observation seen, long serial) {
    return new Begin(Operations.start(OperationType.PutAway, List.of(serial), seen.now()));
  }

  private static @Nullable Step records(Observation seen, Membership membership) {
    for (MemberView voter : membership.voters()) {
      DiskView disk = seen.disk(voter.serial());
      if (disk != null && disk.usable() && disk.state() != DiskState.VOTER) {
        return new RecordVoter(voter.serial());
      }
      PodView pod = seen.pod(voter.serial());
      if (pod != null && !pod.serving() && pod.state() != PodState.TERMINATING) {
        return new SetServing(voter.serial(), true);
      }
    }
    return null;
  }

  /** One member whose disk is lost for longer than the grace, unhealthy ones first. */
  private static @Nullable Step repair(Observation seen, Membership membership) {
    if (!seen.wanted().repair()) {
      return null;
    }
    Optional<MemberView> broken =
        membership.voters().stream()
            .filter(MemberView::ours)
            .filter(voter -> lost(seen, voter))
            .min(Comparator.comparing(MemberView::healthy).thenComparing(MemberView::serial));
    return broken
        .map(
            voter ->
                membership.allowsRemoval(voter)
                    ? new Begin(
                        Operations.start(
                            OperationType.Replace, List.of(voter.serial()), seen.now()))
                    : new Wait(WaitReason.QUORUM_GUARD))
        .orElse(null);
  }

  private static boolean lost(Observation seen, MemberView voter) {
    DiskView disk = seen.disk(voter.serial());
    if (disk == null || disk.terminating()) {
      Instant since = disk == null ? voter.since() : disk.since();
      return !seen.now().isBefore(since.plus(seen.wanted().diskLossGrace()));
    }
    PodView pod = seen.pod(voter.serial());
    return pod != null
        && pod.state() == PodState.CRASH_LOOPING
        && !seen.now().isBefore(pod.since().plus(seen.wanted().crashLoopGrace()));
  }

  private static Step grow(Observation seen, Membership membership, int missing, int attempts) {
    int count = membership.voterCount() % 2 == 1 && missing >= 2 ? 2 : 1;
    long first = seen.lastSerial() + 1;
    List<Long> serials = LongStream.range(first, first + count).boxed().toList();
    Operation operation = Operations.grow(serials, seen.now(), seen.wanted().catchUp(), attempts);
    return new Reserve(operation, first + count - 1);
  }
}
