package dev.keelson.operator.model.membership;

import java.time.Instant;

/**
 * A member's disk as seen.
 *
 * @param state what it records
 * @param terminating whether it is being deleted, which Kubernetes completes when its Pod is gone
 * @param since when the deletion began, or when it was made
 */
public record DiskView(DiskState state, boolean terminating, Instant since) {
  boolean usable() {
    return !terminating;
  }
}
