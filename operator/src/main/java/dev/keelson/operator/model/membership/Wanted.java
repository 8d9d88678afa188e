package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.api.v1alpha1.RecoveryMode;
import dev.keelson.operator.api.v1alpha1.RecoverySpec;
import dev.keelson.operator.api.v1alpha1.Retention;
import dev.keelson.operator.api.v1alpha1.UpgradeStrategy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The part of a specification that decides about membership.
 *
 * @param target voters aimed at; 0 hibernates
 * @param paused whether nothing may be changed
 * @param repair whether members that lost their disk are replaced
 * @param diskLossGrace how long a disk must be gone first
 * @param crashLoopGrace how long a Pod must have failed to start first
 * @param rolling whether outdated Pods are made anew
 * @param restart longest time for a restarted member to come back before it is called stuck
 * @param catchUp longest time for a learner to catch up
 * @param drain time between leaving the client Service and leaving the cluster
 * @param recovery what to do if the quorum is lost; null for nothing
 * @param onScaleDown what becomes of the disk of a member that is no longer wanted
 */
public record Wanted(
    int target,
    boolean paused,
    boolean repair,
    Duration diskLossGrace,
    Duration crashLoopGrace,
    boolean rolling,
    Duration restart,
    Duration catchUp,
    Duration drain,
    @Nullable RecoveryRequest recovery,
    Retention onScaleDown) {

  /** Reads them from a specification. */
  public static Wanted of(ClusterSpec spec) {
    return new Wanted(
        TargetSize.of(spec),
        spec.paused(),
        spec.repair().enabled(),
        Duration.ofSeconds(spec.repair().diskLossGraceSeconds()),
        Duration.ofSeconds(spec.repair().crashLoopGraceSeconds()),
        spec.upgrade().strategy() == UpgradeStrategy.Rolling,
        Duration.ofSeconds(spec.upgrade().maxStepSeconds()),
        Duration.ofSeconds(spec.membership().catchUpSeconds()),
        Duration.ofSeconds(spec.membership().drainSeconds()),
        recovery(spec.recovery()),
        spec.storage().retention().onScaleDown());
  }

  /** A request that says what it means; one that the schema would have refused is none. */
  private static @Nullable RecoveryRequest recovery(RecoverySpec spec) {
    Integer number = spec.number();
    String clusterId = spec.confirmClusterID();
    if (spec.mode() != RecoveryMode.FromMember || number == null || clusterId == null) {
      return null;
    }
    String member = spec.member();
    return new RecoveryRequest(
        number,
        clusterId,
        member == null ? null : Long.valueOf(member.substring(member.lastIndexOf('-') + 1)));
  }

  boolean hibernated() {
    return target == 0;
  }

  /** Voters that the membership should have: hibernation stops Pods and keeps all members. */
  int voters(Membership membership) {
    return hibernated() ? membership.voterCount() : target;
  }
}
