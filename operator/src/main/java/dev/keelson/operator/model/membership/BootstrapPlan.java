package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationType;
import dev.keelson.operator.model.membership.Step.Bootstrap;
import dev.keelson.operator.model.membership.Step.CreateDisk;
import dev.keelson.operator.model.membership.Step.DeletePod;
import dev.keelson.operator.model.membership.Step.Reserve;
import dev.keelson.operator.model.membership.Step.StartPod;
import dev.keelson.operator.model.membership.Step.Wait;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the first member, alone; the others join it as learners like any later one. Disks that hold
 * voters' data while the status knows no cluster (the resource was deleted and made again) are
 * adopted instead: their members start as they were.
 */
final class BootstrapPlan {
  private BootstrapPlan() {}

  static Step next(Observation seen) {
    Operation operation = seen.operation();
    if (operation == null) {
      return begin(seen);
    }
    for (long serial : operation.serials()) {
      Step step = member(seen, serial);
      if (step != null) {
        return step;
      }
    }
    Membership membership = seen.membership();
    return membership == null || !membership.hasLeader()
        ? new Wait(WaitReason.STARTING)
        : new Bootstrap(membership.clusterId());
  }

  private static Step begin(Observation seen) {
    List<Long> kept =
        seen.disks().entrySet().stream()
            .filter(disk -> disk.getValue().state() == DiskState.VOTER)
            .map(Map.Entry::getKey)
            .toList();
    if (seen.wanted().hibernated()) {
      return new Wait(WaitReason.HIBERNATED);
    }
    long highest = seen.disks().isEmpty() ? 0 : seen.disks().lastKey();
    long last = Math.max(seen.lastSerial(), highest);
    List<Long> serials = kept.isEmpty() ? List.of(last + 1) : kept;
    return new Reserve(
        Operations.start(OperationType.Bootstrap, serials, seen.now()),
        Math.max(last, serials.getLast()));
  }

  private static @Nullable Step member(Observation seen, long serial) {
    DiskView disk = seen.disk(serial);
    if (disk == null) {
      return new CreateDisk(serial, DiskState.SEED);
    }
    PodView pod = seen.pod(serial);
    if (pod == null) {
      boolean seed = disk.state() == DiskState.SEED;
      return disk.usable()
          ? new StartPod(
              serial,
              seed ? List.of(serial) : seen.peers(),
              seed ? StartMode.SEED : StartMode.MEMBER)
          : new Wait(WaitReason.DELETING);
    }
    return pod.state() == PodState.TERMINAL ? new DeletePod(serial) : null;
  }
}
