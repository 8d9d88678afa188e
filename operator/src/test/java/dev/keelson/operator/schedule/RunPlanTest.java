package dev.keelson.operator.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class RunPlanTest {
  private static final Duration DEADLINE = Duration.ofMinutes(10);
  private static final CronTimes SIX_HOURLY = CronTimes.of("0 */6 * * *", "Etc/UTC");

  private static Instant at(String time) {
    return Instant.parse("2026-11-22T" + time + ":00Z");
  }

  private static RunPlan plan(String since, String now, boolean busy) {
    return RunPlan.at(SIX_HOURLY, at(since), DEADLINE, busy, at(now));
  }

  @Test
  void nothingIsDueBeforeItsTime() {
    assertThat(plan("06:00", "11:59", false)).isEqualTo(new RunPlan(null, 0, at("12:00")));
  }

  @Test
  void whatIsDueIsStarted() {
    assertThat(plan("06:00", "12:00", false)).isEqualTo(new RunPlan(at("12:00"), 0, at("18:00")));
    assertThat(plan("06:00", "12:10", false)).isEqualTo(new RunPlan(at("12:00"), 0, at("18:00")));
  }

  @Test
  void whatIsTooLateIsMissed() {
    assertThat(plan("06:00", "12:11", false)).isEqualTo(new RunPlan(null, 1, at("18:00")));
  }

  @Test
  void ofSeveralTheNewestCounts() {
    assertThat(plan("00:00", "18:05", false).due()).isEqualTo(at("18:00"));
    assertThat(plan("00:00", "18:05", false).missed()).isEqualTo(2);
  }

  @Test
  void aBusyClusterIsWaitedForWithinTheDeadline() {
    assertThat(plan("06:00", "12:05", true)).isEqualTo(new RunPlan(null, 0, at("18:00")));
    assertThat(plan("06:00", "12:11", true).missed()).isEqualTo(1);
  }

  @Test
  void aLongSleepIsNotCountedForever() {
    RunPlan plan =
        RunPlan.at(
            CronTimes.of("* * * * *", "Etc/UTC"),
            at("00:00").minus(Duration.ofDays(365)),
            DEADLINE,
            false,
            at("12:00"));
    assertThat(plan.due()).isEqualTo(at("12:00"));
    assertThat(plan.missed()).isBetween(900, 1_000);
  }

  @Test
  void aTimeZoneKeepsItsHourWhenTheClockChanges() {
    CronTimes berlin = CronTimes.of("30 3 * * *", "Europe/Berlin");
    assertThat(berlin.after(Instant.parse("2026-10-24T12:00:00Z")))
        .contains(Instant.parse("2026-10-25T02:30:00Z"));
    assertThat(berlin.after(Instant.parse("2026-03-28T12:00:00Z")))
        .contains(Instant.parse("2026-03-29T01:30:00Z"));
  }

  @Test
  void nicknamesAndNonsense() {
    assertThat(CronTimes.of("@daily", "Etc/UTC").after(at("06:00")))
        .contains(Instant.parse("2026-11-23T00:00:00Z"));
    assertThatThrownBy(() -> CronTimes.of("61 * * * *", "Etc/UTC"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CronTimes.of("@daily", "Mars/Base")).hasMessageContaining("Mars/Base");
  }
}
