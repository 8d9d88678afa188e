package dev.keelson.operator.model.membership;

import static dev.keelson.operator.model.membership.FakeWorld.check;

import dev.keelson.operator.model.membership.FakeWorld.Disk;
import dev.keelson.operator.model.membership.FakeWorld.Member;
import dev.keelson.operator.model.membership.FakeWorld.Pod;
import java.time.Duration;

/** What happens by itself in a {@link FakeWorld} as time passes. */
final class FakePassage {
  private static final Duration TICK = Duration.ofSeconds(15);
  private static final int TICKS_TO_CATCH_UP = 2;

  private final FakeWorld world;

  FakePassage(FakeWorld world) {
    this.world = world;
  }

  /** Time passes: Pods start and end, learners copy, clients write. */
  void tick() {
    world.now = world.now.plus(TICK);
    world.pods.entrySet().removeIf(pod -> pod.getValue().state == PodState.TERMINATING);
    world
        .disks
        .entrySet()
        .removeIf(d -> d.getValue().terminating && !world.pods.containsKey(d.getKey()));
    world.pods.forEach(this::advance);
    world.elect();
    if (world.quorumAlive() && world.clusterId != null) {
      world.acknowledged++;
    }
    world.members.forEach(this::replicate);
    for (long serial : world.members.keySet()) {
      if (world.healthy(serial)) {
        world.silentSince.remove(serial);
      } else {
        world.silentSince.putIfAbsent(serial, world.now);
      }
    }
    check(durable(), "an acknowledged write is on no quorum's disks");
  }

  private void advance(long serial, Pod pod) {
    Disk disk = world.disks.get(serial);
    if (disk == null || pod.state == PodState.TERMINAL) {
      return;
    }
    Member member = world.members.get(serial);
    if (member != null && !disk.hasData && (!member.started || world.clusterId == null)) {
      disk.hasData = true;
      member.started = true;
    }
    if (pod.forced && member != null && disk.hasData) {
      // At every start of its process, which can be at any time.
      world.members.keySet().removeIf(other -> other != serial);
      world.acknowledged = member.applied;
      world.lagging = 0;
    }
    PodState next =
        !disk.hasData || pod.broken
            ? PodState.CRASH_LOOPING
            : member == null || member.learner ? PodState.RUNNING : PodState.READY;
    if (pod.state != next) {
      pod.state = next;
      pod.since = world.now;
    }
  }

  private void replicate(long serial, Member member) {
    if (!world.quorumAlive() || !world.healthy(serial) || serial == world.lagging) {
      return;
    }
    member.ticks++;
    if (!member.learner || (!member.stuck && member.ticks > TICKS_TO_CATCH_UP)) {
      member.applied = world.acknowledged;
    }
  }

  private boolean durable() {
    return world.acknowledged == 0
        || world.members.entrySet().stream()
            .anyMatch(
                member ->
                    !member.getValue().learner
                        && member.getValue().applied >= world.acknowledged - 1
                        && world.disks.containsKey(member.getKey()));
  }
}
