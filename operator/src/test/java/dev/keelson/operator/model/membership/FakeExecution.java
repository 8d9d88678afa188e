package dev.keelson.operator.model.membership;

import static dev.keelson.operator.model.membership.FakeWorld.check;
import static dev.keelson.operator.model.membership.FakeWorld.require;

import dev.keelson.operator.api.v1alpha1.OperationType;
import dev.keelson.operator.model.membership.FakeWorld.Disk;
import dev.keelson.operator.model.membership.FakeWorld.Member;
import dev.keelson.operator.model.membership.FakeWorld.Pod;
import dev.keelson.operator.model.membership.Step.StatusStep;
import java.util.EnumSet;

/** Does the steps of a plan in a {@link FakeWorld}, and fails at one that breaks a rule. */
final class FakeExecution {
  private static final EnumSet<PodState> ENDING =
      EnumSet.of(PodState.TERMINAL, PodState.TERMINATING);

  private final FakeWorld world;

  FakeExecution(FakeWorld world) {
    this.world = world;
  }

  /** Does one step, if it is allowed. */
  void execute(Step step) {
    boolean before = world.quorumAlive();
    boolean allowed =
        before
            || world.clusterId == null
            || world.spec.replicas() == 0
            || revives(step)
            || recovers(step);
    check(allowed, step + " without a quorum");
    switch (step) {
      case StatusStep status -> write(status);
      case Step.CreateDisk s -> createDisk(s);
      case Step.RecordVoter s -> require(world.disks.get(s.serial()), s).state = DiskState.VOTER;
      case Step.DeleteDisk s -> deleteDisk(s.serial());
      case Step.RetainDisk s -> retainDisk(s.serial());
      case Step.StartPod s -> startPod(s);
      case Step.SetServing s -> require(world.pods.get(s.serial()), s).serving = s.serving();
      case Step.DeletePod s -> deletePod(s.serial());
      case Step.AddLearner s -> addLearner(s.serial());
      case Step.Promote s -> promote(s.serial());
      case Step.MoveLeader s -> {
        check(
            world.healthy(s.serial()) && !world.member(s.serial()).learner,
            "leadership to a dead one");
        world.leader = s.serial();
      }
      case Step.RemoveMember s -> remove(s.serial());
      case Step.AwaitCatchUp s -> {}
      case Step.Wait s -> {}
    }
    boolean stopping =
        world.spec.replicas() == 0
            || (step instanceof Step.DeletePod && world.voters().size() <= 2);
    check(!before || world.quorumAlive() || stopping, step + " cost the quorum");
  }

  /** What may be done while the quorum is lost: bring back Pods that are gone, and wait. */
  private boolean revives(Step step) {
    return switch (step) {
      case Step.StartPod s -> true;
      case Step.DeletePod s -> ENDING.contains(require(world.pods.get(s.serial()), s).state);
      case Step.OutsideStep s -> false;
      case StatusStep s -> s.equals(new Step.Finish());
      case Step.IdleStep s -> true;
    };
  }

  /** What a recovery that is on record may do, and putting on record one that was asked for. */
  private boolean recovers(Step step) {
    if (world.recovering()) {
      return true;
    }
    RecoveryRequest request = Wanted.of(world.spec).recovery();
    return step instanceof Step.Begin begin
        && begin.operation().type() == OperationType.Recover
        && request != null
        && request.clusterId().equals(world.clusterId)
        && request.number() == world.recoveries + 1;
  }

  private void write(StatusStep step) {
    switch (step) {
      case Step.Bootstrap s -> {
        world.clusterId = s.clusterId();
        world.operation = null;
      }
      case Step.Reserve s -> {
        check(s.lastSerial() >= world.lastSerial, "serial numbers went back");
        world.operation = s.operation();
        world.lastSerial = s.lastSerial();
      }
      case Step.Begin s -> {
        world.operation = s.operation();
        RecoveryRequest request = Wanted.of(world.spec).recovery();
        if (world.recovering() && request != null && request.serial() != null) {
          // Who names a member gives up what only others have.
          world.acknowledged = Math.min(world.acknowledged, world.member(request.serial()).applied);
        }
      }
      case Step.RollBack s -> world.operation = s.operation();
      case Step.Recovered s -> {
        check(s.number() == world.recoveries + 1, "a recovery counted twice");
        check(
            world.pods.values().stream().noneMatch(pod -> pod.forced), "a Pod that forces is left");
        world.recoveries = s.number();
        world.operation = null;
      }
      case Step.Finish s -> world.operation = null;
    }
  }

  private void createDisk(Step.CreateDisk step) {
    check(step.serial() <= world.lastSerial, "a disk for a number that was not reserved");
    check(
        !world.members.containsKey(step.serial()) || world.clusterId == null,
        "an empty disk for a member that is listed");
    Disk disk = new Disk();
    disk.state = step.state();
    disk.since = world.now;
    world.disks.putIfAbsent(step.serial(), disk);
  }

  private void deleteDisk(long serial) {
    check(!world.members.containsKey(serial), "the disk of a listed member deleted");
    world.loseDisk(serial);
  }

  private void retainDisk(long serial) {
    check(
        !world.members.containsKey(serial)
            || (world.recovering() && !world.pods.containsKey(serial)),
        "the disk of a listed member put away");
    Disk disk = world.disks.remove(serial);
    if (disk != null) {
      world.retained.put(serial, disk.state);
    }
  }

  private void startPod(Step.StartPod step) {
    check(world.disks.containsKey(step.serial()), "a Pod without a disk");
    check(step.peers().contains(step.serial()), "a Pod that does not know itself");
    if (step.mode() == StartMode.FORCED) {
      force(step.serial());
    }
    if (step.mode() == StartMode.SEED) {
      check(world.clusterId == null, "a second cluster");
      world.members.computeIfAbsent(step.serial(), s -> new Member());
    } else {
      check(
          world.members.containsKey(step.serial()) || world.hasData(step.serial()),
          "an empty member started that is not listed");
    }
    Pod pod = new Pod();
    pod.since = world.now;
    pod.revision = world.revision;
    pod.forced = step.mode() == StartMode.FORCED;
    world.pods.putIfAbsent(step.serial(), pod);
  }

  private void force(long serial) {
    check(world.recovering(), "a member forced without a recovery on record");
    check(world.members.size() == 1 || !world.quorumAlive(), "a member forced beside a quorum");
    check(
        world.pods.keySet().stream().allMatch(s -> s == serial),
        "a member forced beside another Pod");
    check(
        world.disks.entrySet().stream()
            .allMatch(d -> d.getKey() == serial || d.getValue().terminating),
        "a member forced beside another disk");
  }

  private void deletePod(long serial) {
    Pod pod = world.pods.get(serial);
    if (pod != null) {
      check(
          serial != world.leader || world.voters().size() == 1 || world.spec.replicas() == 0,
          "the leader's Pod deleted without moving its office");
      pod.state = PodState.TERMINATING;
      world.elect();
    }
  }

  private void addLearner(long serial) {
    check(world.quorumAlive() && world.leader != 0, "a change of membership without quorum");
    Member member = new Member();
    member.learner = true;
    member.stuck = world.learnersStick;
    world.members.putIfAbsent(serial, member);
    check(world.members.values().stream().filter(m -> m.learner).count() <= 2, "too many learners");
  }

  private void promote(long serial) {
    Member member = require(world.members.get(serial), serial);
    check(member.applied == world.acknowledged, "a learner promoted that has not caught up");
    check(
        world.members.values().stream()
            .noneMatch(m -> m.learner && m.applied != world.acknowledged),
        "one of a pair promoted before the other caught up");
    member.learner = false;
  }

  private void remove(long serial) {
    check(world.quorumAlive(), "a change of membership without quorum");
    check(serial != world.leader, "the leader removed without moving its office");
    check(
        world.voters().size() > 1
            || !world.members.containsKey(serial)
            || world.member(serial).learner,
        "the last voter removed");
    world.members.remove(serial);
  }
}
