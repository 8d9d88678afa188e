package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.model.membership.Step.DeletePod;
import dev.keelson.operator.model.membership.Step.StartPod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings back Pods that are gone or ended, on the disks they had and so with the same identity. */
final class PodRepair {
  private PodRepair() {}

  static @Nullable Step next(Observation seen) {
    if (seen.wanted().hibernated() && seen.operation() == null) {
      return null;
    }
    for (long serial : seen.disks().keySet()) {
      Step step = keep(seen, serial) ? restart(seen, serial) : null;
      if (step != null) {
        return step;
      }
    }
    return null;
  }

  /**
   * A voter that stays. While nobody can list the members, all disks with data count, even of
   * members that were leaving: one of them may be what the quorum lacks, and a member that was
   * removed already cannot do anything but end. A disk of a joining member may be empty and is
   * left.
   */
  private static boolean keep(Observation seen, long serial) {
    DiskView disk = seen.disk(serial);
    if (disk == null || disk.terminating()) {
      return false;
    }
    Membership membership = seen.membership();
    return membership == null
        ? disk.state() != DiskState.JOINING
        : membership.isVoter(serial) && !leaving(seen.operation()).contains(serial);
  }

  private static List<Long> leaving(@Nullable Operation operation) {
    if (operation == null) {
      return List.of();
    }
    return switch (operation.type()) {
      case Shrink, Replace, PutAway -> operation.serials();
      case Bootstrap, Grow, Roll, Recover, Hibernate -> List.of();
    };
  }

  /** Starts the Pod if there is none; a Pod that ended goes first, since it has the name. */
  static @Nullable Step restart(Observation seen, long serial) {
    PodView pod = seen.pod(serial);
    if (pod == null) {
      return new StartPod(serial, seen.peers(), StartMode.MEMBER);
    }
    return pod.state() == PodState.TERMINAL ? new DeletePod(serial) : null;
  }
}
