package dev.keelson.node.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/**
 * The schedules over virtual time. The revision grows by one in each minute, so that the revision
 * of a compaction tells how old the history is that it leaves. As in etcd, the newest note is one
 * interval old when a decision is made, so that a little more than the retention stays.
 */
class CompactionScheduleTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  /** A compaction: in which minute, and to the revision of which minute. */
  private record Done(double minute, long revision) {}

  private static List<Done> run(CompactionSchedule schedule, Duration time, boolean leader) {
    List<Done> done = new ArrayList<>();
    long interval = schedule.interval().toNanos();
    for (long now = interval; now <= time.toNanos(); now += interval) {
      OptionalLong due = schedule.due(now, now / MINUTE, leader);
      if (due.isPresent()) {
        done.add(new Done((double) now / MINUTE, due.getAsLong()));
        schedule.done(now, due.getAsLong());
      }
    }
    return done;
  }

  @Test
  void anHourIsNotedEverySixMinutesAndCompactedEveryHour() {
    PeriodicSchedule schedule = new PeriodicSchedule(Duration.ofHours(1), 0, 1);
    assertThat(schedule.interval()).isEqualTo(Duration.ofMinutes(6));
    assertThat(run(schedule, Duration.ofHours(3), true))
        .containsExactly(new Done(60, 1), new Done(120, 54), new Done(180, 114));
  }

  @Test
  void tenMinutesAreCompactedEveryTenMinutes() {
    PeriodicSchedule schedule = new PeriodicSchedule(Duration.ofMinutes(10), 0, 1);
    assertThat(schedule.interval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(run(schedule, Duration.ofMinutes(30), true))
        .containsExactly(new Done(10, 1), new Done(20, 9), new Done(30, 19));
  }

  @Test
  void aDayIsWaitedForOnceAndThenItIsEveryHour() {
    PeriodicSchedule schedule = new PeriodicSchedule(Duration.ofHours(24), 0, 1);
    assertThat(run(schedule, Duration.ofHours(26), true))
        .containsExactly(new Done(24 * 60, 1), new Done(25 * 60, 54), new Done(26 * 60, 114));
  }

  @Test
  void withoutChangesThereIsNothingToCompact() {
    PeriodicSchedule schedule = new PeriodicSchedule(Duration.ofMinutes(10), 0, 7);
    int compactions = 0;
    for (long minute = 1; minute <= 60; minute++) {
      OptionalLong due = schedule.due(minute * MINUTE, 7, true);
      if (due.isPresent()) {
        compactions++;
        assertThat(due).hasValue(7);
        schedule.done(minute * MINUTE, 7);
      }
    }
    assertThat(compactions).isEqualTo(1);
  }

  @Test
  void aFailureIsTriedAgainAtTheNextInterval() {
    PeriodicSchedule schedule = new PeriodicSchedule(Duration.ofMinutes(10), 0, 1);
    List<Long> due = new ArrayList<>();
    for (long minute = 1; minute <= 12; minute++) {
      OptionalLong target = schedule.due(minute * MINUTE, minute, true);
      if (target.isPresent()) {
        due.add(minute);
      }
    }
    assertThat(due).containsExactly(10L, 11L, 12L);
  }

  @Test
  void aFollowerKeepsBooksSoThatItCanGoOnAsLeader() {
    PeriodicSchedule schedule = new PeriodicSchedule(Duration.ofMinutes(10), 0, 1);
    assertThat(run(schedule, Duration.ofMinutes(30), false)).isEmpty();
    assertThat(schedule.due(31 * MINUTE, 31, true)).hasValue(20);
  }

  @Test
  void aNumberOfRevisionsIsKeptEveryFiveMinutes() {
    RevisionSchedule schedule = new RevisionSchedule(8);
    assertThat(schedule.interval()).isEqualTo(Duration.ofMinutes(5));
    assertThat(run(schedule, Duration.ofMinutes(20), true))
        .containsExactly(new Done(10, 2), new Done(15, 7), new Done(20, 12));
    assertThat(schedule.due(25 * MINUTE, 20, true)).as("nothing new").isEmpty();
    assertThat(schedule.due(30 * MINUTE, 30, false)).as("not the leader").isEmpty();
    assertThat(schedule.due(35 * MINUTE, 30, true)).hasValue(22);
  }
}
