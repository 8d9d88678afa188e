package dev.keelson.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.model.membership.WaitReason;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The pause after a pass, which ends when something is due. */
final class PassPauseTest {
  private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");
  private static final Duration USUAL = PassPause.of(WaitReason.STEADY, null, NOW);

  @Test
  void whatIsDueSoonerEndsIt() {
    Instant due = NOW.plus(USUAL).minusMillis(1);
    assertThat(PassPause.of(WaitReason.STEADY, due, NOW)).isEqualTo(USUAL.minusMillis(1));
  }

  @Test
  void whatIsDueLaterDoesNotLengthenIt() {
    assertThat(PassPause.of(WaitReason.STEADY, NOW.plus(USUAL).plusSeconds(1), NOW))
        .isEqualTo(USUAL);
    assertThat(PassPause.of(WaitReason.STARTING, NOW.plus(USUAL), NOW)).isLessThan(USUAL);
  }

  @Test
  void whatIsOverdueIsDoneSoonAndDoesNotSpin() {
    assertThat(PassPause.of(WaitReason.STEADY, NOW.minusSeconds(5), NOW))
        .isEqualTo(Duration.ofSeconds(1));
  }
}
