package dev.keelson.operator.model.membership;

import java.time.Instant;

/**
 * A member as the cluster lists it.
 *
 * @param serial its serial number, found by its peer URL; 0 for a member that the operator did not
 *     make, which counts for the quorum and is never touched
 * @param learner whether it is a learner
 * @param leader whether it leads
 * @param healthy whether it answered in time
 * @param caughtUp whether its log is within the promotion limit of the leader's
 * @param applied the last index it applied; 0 if it did not answer
 * @param since since when it is as healthy as it is
 */
public record MemberView(
    long serial,
    boolean learner,
    boolean leader,
    boolean healthy,
    boolean caughtUp,
    long applied,
    Instant since) {
  boolean voter() {
    return !learner;
  }

  boolean ours() {
    return serial != 0;
  }
}
