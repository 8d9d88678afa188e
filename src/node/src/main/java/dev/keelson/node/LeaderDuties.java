package dev.keelson.node;

import dev.keelson.kv.member.Members;
import dev.keelson.node.loop.Standing;
import dev.keelson.proto.membershippb.Member;
import java.util.Iterator;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member does from time to time: as the leader, settle the cluster version and promote
 * learners that have caught up; as any, end the streams that want a leader when there is none.
 * Timer's thread.
 */
final class LeaderDuties {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderDuties.class);

  /** Election timeouts without leader after which streams that want one end, as in etcd. */
  private static final int LEADERLESS_MAX = 3;

  private static final long PROMOTION_MILLIS = 1000;

  /** How often digests are compared: soon enough that a wrong answer is not given for long. */
  private static final long DIGEST_MILLIS = 2000;

  private final MemberSettings settings;
  private final Members members;
  private final Supplier<Standing> standing;
  private final VersionAgreement versions;
  private final MembershipCalls membership;
  private final Divergence divergence;
  private final Runnable leaderLost;
  private long ticks;
  private int leaderless;

  LeaderDuties(
      MemberSettings settings,
      Members members,
      Supplier<Standing> standing,
      VersionAgreement versions,
      MembershipCalls membership,
      Divergence divergence,
      Runnable leaderLost) {
    this.settings = settings;
    this.members = members;
    this.standing = standing;
    this.versions = versions;
    this.membership = membership;
    this.divergence = divergence;
    this.leaderLost = leaderLost;
  }

  /** A heartbeat interval has passed. */
  void tick() {
    ticks++;
    if (isDue(settings.electionMillis())) {
      leaderless = standing.get().hasLeader() ? 0 : leaderless + 1;
      if (leaderless >= LEADERLESS_MAX) {
        leaderLost.run();
      }
    }
    if (isDue(VersionAgreement.INTERVAL_MILLIS)) {
      versions.check();
    }
    if (isDue(DIGEST_MILLIS)) {
      divergence.compareDigests();
    }
    MemberSettings.CorruptionChecks checks = settings.cluster().checks();
    if (checks.everyMillis() > 0 && isDue(checks.everyMillis())) {
      divergence.compareHashes();
    }
    if (checks.compactionMillis() > 0 && isDue(checks.compactionMillis())) {
      divergence.compareCompactions();
    }
    if (settings.cluster().promoteLearners()
        && isDue(PROMOTION_MILLIS)
        && standing.get().isLeader()) {
      promoteLearners();
    }
  }

  private boolean isDue(long everyMillis) {
    return ticks % Math.max(1, everyMillis / settings.heartbeatMillis()) == 0;
  }

  private void promoteLearners() {
    promoteFirst(
        members.all().stream()
            .filter(each -> each.getRaftAttributes().getIsLearner())
            .filter(each -> !each.getMemberAttributes().getName().isEmpty())
            .map(Member::getID)
            .toList()
            .iterator());
  }

  /** Promotes the first that may be: one that does not catch up must not be in others' way. */
  private void promoteFirst(Iterator<Long> learners) {
    if (!learners.hasNext()) {
      return;
    }
    long learner = learners.next();
    var _ =
        membership
            .promoteHere(learner, () -> !standing.get().isLeader())
            .whenComplete(
                (_, refusal) -> {
                  if (refusal != null) {
                    promoteFirst(learners);
                  } else {
                    LOG.atInfo()
                        .addKeyValue("member-id", Long.toHexString(learner))
                        .log("promoted a learner that has caught up");
                  }
                });
  }
}
