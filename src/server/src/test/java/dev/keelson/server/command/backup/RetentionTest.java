package dev.keelson.server.command.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  /**
   * Backups by revision: their time, a star at the end for verified ones: {@code 2026-11-22T10*}.
   */
  private static List<Retention.Candidate> candidates(String text) {
    List<Retention.Candidate> all = new ArrayList<>();
    for (String each : text.split(" ", -1)) {
      if (!each.isEmpty()) {
        String id = each.replace("*", "");
        Instant at = Instant.parse(id + ":00:00Z");
        all.add(new Retention.Candidate(id, at, all.size(), each.endsWith("*")));
      }
    }
    return all;
  }

  private static Duration age(@Nullable String text) {
    return text == null ? Duration.ofDays(100_000) : Duration.parse(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // last daily weekly monthly | max age | backups | kept
        "1 0 0 0 | | | ",
        "1 0 0 0 | | 2026-11-20T01 2026-11-21T01 | 2026-11-21T01",
        "2 0 0 0 | | 2026-11-19T01 2026-11-20T01 2026-11-21T01 | 2026-11-20T01 2026-11-21T01",
        "9 0 0 0 | | 2026-11-20T01 2026-11-21T01 | 2026-11-20T01 2026-11-21T01",
        // the newest verified one stays, however old
        "1 0 0 0 | | 2026-01-01T01* 2026-11-20T01* 2026-11-21T01 2026-11-22T01 | 2026-11-20T01 2026-11-22T01",
        "1 0 0 0 | P1D | 2025-01-01T01* 2026-11-22T01 | 2025-01-01T01 2026-11-22T01",
        // the last of each day
        "0 2 0 0 | | 2026-11-20T01 2026-11-20T09 2026-11-21T02 2026-11-21T08 | 2026-11-20T09 2026-11-21T08",
        "0 1 0 0 | | 2026-11-20T01 2026-11-21T02 2026-11-21T08 | 2026-11-21T08",
        // days without backups do not count
        "0 2 0 0 | | 2026-01-01T01 2026-11-21T02 | 2026-01-01T01 2026-11-21T02",
        // weeks begin on Monday: the 16th and the 22nd are of one, the 15th is of the one before
        "0 0 2 0 | | 2026-11-14T01 2026-11-15T01 2026-11-16T01 2026-11-22T01 | 2026-11-15T01 2026-11-22T01",
        // the week of the new year belongs to both years
        "0 0 2 0 | | 2025-12-28T01 2025-12-31T01 2026-01-01T01 | 2025-12-28T01 2026-01-01T01",
        "0 0 0 2 | | 2026-09-30T01 2026-10-01T01 2026-10-31T23 2026-11-01T00 | 2026-10-31T23 2026-11-01T00",
        // one backup may serve several rules
        "1 1 1 1 | | 2026-11-20T01 2026-11-21T01 | 2026-11-21T01",
        "2 2 2 2 | | 2026-09-01T01 2026-10-05T01 2026-11-13T01 2026-11-20T01 2026-11-21T01 | 2026-10-05T01 2026-11-13T01 2026-11-20T01 2026-11-21T01",
        // age limits the periods, not the newest
        "1 9 9 9 | P2D | 2026-11-01T01 2026-11-19T01 2026-11-21T01 2026-11-22T01 | 2026-11-21T01 2026-11-22T01",
        "2 0 0 9 | P2D | 2026-01-01T01 2026-02-01T01 2026-03-01T01 | 2026-02-01T01 2026-03-01T01",
        // the newest stays without any rule that names it
        "0 1 0 0 | P1D | 2026-01-01T01 | 2026-01-01T01",
        // a clock that was ahead: what it made stays, and pushes none of the others out
        "1 1 0 0 | P2D | 2026-11-21T01 2031-01-01T01 | 2026-11-21T01 2031-01-01T01",
        "1 0 0 0 | | 2031-01-01T01* 2026-11-20T01* 2026-11-21T01 | 2031-01-01T01 2026-11-20T01 2026-11-21T01",
        "1 0 0 0 | | 2026-11-20T01 2031-01-01T01 2032-01-01T01 | 2026-11-20T01 2031-01-01T01 2032-01-01T01",
        // a clock that was behind: what has the highest revision stays
        "1 0 0 0 | | 2026-11-20T01 2026-11-21T01 1970-01-01T00 | 2026-11-21T01 1970-01-01T00",
        "1 0 0 0 | | 2026-11-20T01* 1970-01-01T00* 2026-11-21T01 | 2026-11-20T01 1970-01-01T00 2026-11-21T01",
        // a clock that is ahead now: age counts from the newest, so not all are too old
        "0 9 0 0 | P3D | 2025-01-01T01 2025-03-04T01 2025-03-05T01 2025-03-06T01 | 2025-03-04T01 2025-03-05T01 2025-03-06T01",
      })
  void keeps(String rules, @Nullable String ageMax, @Nullable String all, @Nullable String kept) {
    String[] numbers = rules.strip().split(" ", -1);
    Retention retention =
        new Retention(
            Integer.parseInt(numbers[0]),
            Integer.parseInt(numbers[1]),
            Integer.parseInt(numbers[2]),
            Integer.parseInt(numbers[3]),
            age(ageMax));
    Set<String> actual = retention.kept(candidates(all == null ? "" : all), NOW);
    assertThat(actual)
        .containsExactlyInAnyOrder(kept == null ? new String[0] : kept.strip().split(" ", -1));
  }

  /** Whatever the rules and the backups: some things are never lost. */
  @Test
  void theNewestAndTheNewestVerifiedAreNeverPruned() {
    for (int seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      List<Retention.Candidate> all = new ArrayList<>();
      int count = 1 + random.nextInt(20);
      for (int i = 0; i < count; i++) {
        all.add(
            new Retention.Candidate(
                "b" + i,
                NOW.minus(Duration.ofHours(random.nextInt(5000) - 200)),
                random.nextInt(100),
                random.nextInt(4) == 0));
      }
      Retention retention =
          new Retention(
              random.nextInt(3),
              random.nextInt(3),
              random.nextInt(3),
              1 + random.nextInt(2),
              random.nextBoolean() ? Duration.ofHours(1 + random.nextInt(900)) : null);
      Set<String> kept = retention.kept(all, NOW);
      Instant newest =
          all.stream().map(Retention.Candidate::at).max(Instant::compareTo).orElseThrow();
      assertThat(all).anyMatch(each -> each.at().equals(newest) && kept.contains(each.id()));
      all.stream()
          .filter(Retention.Candidate::verified)
          .map(Retention.Candidate::at)
          .max(Instant::compareTo)
          .ifPresent(
              at ->
                  assertThat(all)
                      .anyMatch(
                          each ->
                              each.verified() && each.at().equals(at) && kept.contains(each.id())));
    }
  }

  @Test
  void rulesThatKeepNothingAreRefused() {
    assertThatThrownBy(() -> new Retention(0, 0, 0, 0, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Retention(-1, 5, 0, 0, null))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Retention(1, 0, 0, 0, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
