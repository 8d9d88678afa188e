package dev.keelson.operator.kubernetes;

import dev.keelson.operator.model.Labels;
import dev.keelson.operator.model.membership.DiskState;
import dev.keelson.operator.model.membership.DiskView;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a disk records about its member. */
public final class DiskReader {
  /** A disk is usually bound once its Pod has a node. */
  private static final Duration BINDING = Duration.ofSeconds(20);

  private DiskReader() {}

  /** The disk as the planner sees it; null if it belongs to no member any more. */
  public static @Nullable DiskView view(PersistentVolumeClaim claim) {
    DiskState state = state(claim);
    if (state == null) {
      return null;
    }
    String deleted = claim.getMetadata().getDeletionTimestamp();
    String since = deleted == null ? claim.getMetadata().getCreationTimestamp() : deleted;
    return new DiskView(
        state, deleted != null, since == null ? Instant.EPOCH : Instant.parse(since));
  }

  /** Why a disk cannot be used, in a person's words; null if nothing is known to be wrong. */
  public static @Nullable String trouble(PersistentVolumeClaim claim, Instant now) {
    String made = claim.getMetadata().getCreationTimestamp();
    boolean bound = claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
    boolean young = made == null || now.isBefore(Instant.parse(made).plus(BINDING));
    return bound || young
        ? null
        : "is not bound to a volume; kubectl describe pvc " + claim.getMetadata().getName();
  }

  private static @Nullable DiskState state(PersistentVolumeClaim claim) {
    Map<String, String> annotations = claim.getMetadata().getAnnotations();
    String recorded = annotations == null ? null : annotations.get(Labels.DISK_STATE);
    if (recorded == null || recorded.equals(Labels.RETAINED)) {
      return null;
    }
    try {
      return DiskState.valueOf(recorded.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException written) {
      return null; // by a person; such a disk is left alone
    }
  }
}
