package dev.keelson.operator.model.membership;

import dev.keelson.operator.model.membership.Step.DeleteDisk;
import dev.keelson.operator.model.membership.Step.DeletePod;
import dev.keelson.operator.model.membership.Step.RetainDisk;
import dev.keelson.operator.model.membership.Step.Wait;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Clears away Pods and disks of members that the cluster no longer lists. */
final class Cleanup {
  private Cleanup() {}

  /** All Pods first, then the disks, each once its Pod is gone; null when nothing is left. */
  static @Nullable Step next(Observation seen, List<Long> serials, boolean deleteDisks) {
    for (long serial : serials) {
      PodView pod = seen.pod(serial);
      if (pod != null && pod.state() != PodState.TERMINATING) {
        return new DeletePod(serial);
      }
    }
    if (serials.stream().anyMatch(seen.pods()::containsKey)) {
      return new Wait(WaitReason.DELETING);
    }
    for (long serial : serials) {
      DiskView disk = seen.disk(serial);
      if (disk != null && disk.usable()) {
        return deleteDisks ? new DeleteDisk(serial) : new RetainDisk(serial);
      }
    }
    return serials.stream().anyMatch(seen.disks()::containsKey)
        ? new Wait(WaitReason.DELETING)
        : null;
  }
}
