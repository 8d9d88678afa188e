package dev.keelson.operator.reconcile;

import dev.keelson.operator.model.membership.WaitReason;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long to leave a cluster alone when there is nothing to do now and nothing changes outside.
 */
final class PassPause {
  /** For what is due at this moment, so that a clock that is a little behind does not spin. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private PassPause() {}

  /**
   * The time to the next pass.
   *
   * @param waiting why nothing is done
   * @param due when something is to be done at the latest; null if nothing is
   */
  static Duration of(@Nullable WaitReason waiting, @Nullable Instant due, Instant now) {
    Duration usual = usual(waiting);
    if (due == null) {
      return usual;
    }
    Duration left = Duration.between(now, due);
    if (left.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return left.compareTo(usual) < 0 ? left : usual;
  }

  private static Duration usual(@Nullable WaitReason waiting) {
    return switch (waiting) {
      case STEADY, PAUSED, HIBERNATED -> Duration.ofSeconds(30);
      case QUORUM_LOST, RECOVERY_REFUSED, FOREIGN_CLUSTER, ROLL_STUCK, BACKING_OFF ->
          Duration.ofSeconds(5);
      case QUORUM_GUARD, NO_LEADER, NO_ANSWER -> Duration.ofSeconds(2);
      case null, default -> Duration.ofSeconds(1);
    };
  }
}
