package dev.keelson.operator.kubernetes;

import dev.keelson.operator.model.Labels;
import dev.keelson.operator.model.membership.DiskState;
import dev.keelson.operator.model.membership.DiskView;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what a disk records about its member. */
public final class DiskReader {
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
