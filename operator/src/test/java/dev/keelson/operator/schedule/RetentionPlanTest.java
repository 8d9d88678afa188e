package dev.keelson.operator.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.BackupRetention;
import dev.keelson.operator.schedule.RetentionPlan.Finished;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RetentionPlanTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** One every six hours, the first named 0. */
  private static List<Finished> backups(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Finished("" + i, START.plusSeconds(6L * 3600 * i), true))
        .toList();
  }

  private static List<String> prune(BackupRetention rules, List<Finished> backups) {
    return RetentionPlan.prune(rules, backups, ZoneOffset.UTC);
  }

  @Test
  void theNewestAreKept() {
    assertThat(prune(new BackupRetention(2, 0, 0, 0), backups(5))).containsExactly("0", "1", "2");
    assertThat(prune(new BackupRetention(7, 0, 0, 0), backups(5))).isEmpty();
  }

  @Test
  void theLastOfADayStandsForIt() {
    assertThat(prune(new BackupRetention(1, 2, 0, 0), backups(12)))
        .doesNotContain("11", "7")
        .hasSize(10);
  }

  @Test
  void weeksAndMonths() {
    assertThat(prune(new BackupRetention(1, 0, 2, 2), backups(240))).hasSize(240 - 3);
  }

  @Test
  void theNewestVerifiedOneIsNeverPruned() {
    List<Finished> backups =
        List.of(
            new Finished("checked", START, true),
            new Finished("a", START.plusSeconds(1), false),
            new Finished("b", START.plusSeconds(2), false));
    assertThat(prune(new BackupRetention(1, 0, 0, 0), backups)).containsExactly("a");
  }

  @Test
  void theNewestFailedOnesAreKeptToBeLookedAt() {
    List<Finished> failed =
        List.of(
            new Finished("old", START, false),
            new Finished("new", START.plusSeconds(9), false),
            new Finished("middle", START.plusSeconds(5), false));
    assertThat(RetentionPlan.pruneFailed(new BackupRetention(2, 9, 9, 9), failed))
        .containsExactly("old");
  }
}
