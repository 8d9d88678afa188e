package dev.keelson.server.command.backup;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which backups are kept. One is pruned only if no rule keeps it; the newest of all and the newest
 * verified one always are. Days, weeks (ISO 8601) and months are those of UTC, and only such count
 * as have a backup, so that a pause in backups costs none of the older ones.
 *
 * <p>Clocks jump, and what is removed does not come back, so times are believed only as far as that
 * costs no backup:
 *
 * <ul>
 *   <li>one from the future is kept and counts for no rule, else it would pass for the newest and
 *       push the real ones out;
 *   <li>the one of the highest revision, and of those that are verified too, is kept whatever its
 *       time, as one made by a clock that was behind;
 *   <li>age is counted from the newest backup and not from now, lest a clock that is ahead makes
 *       all of them too old.
 * </ul>
 *
 * @param keepLast so many of the newest
 * @param daily the last of each day, for so many days
 * @param weekly the last of each week, for so many weeks
 * @param monthly the last of each month, for so many months
 * @param ageMax what is older than the newest by more is not kept by {@code daily}, {@code weekly}
 *     and {@code monthly}; null for no limit
 */
record Retention(int keepLast, int daily, int weekly, int monthly, @Nullable Duration ageMax) {
  private static final Comparator<Candidate> BY_TIME =
      Comparator.comparing(Candidate::at).thenComparing(Candidate::id);

  private static final Comparator<Candidate> BY_REVISION =
      Comparator.comparingLong(Candidate::revision).thenComparing(BY_TIME);

  /** Refuses rules that keep nothing. */
  Retention {
    if (keepLast < 0 || daily < 0 || weekly < 0 || monthly < 0) {
      throw new IllegalArgumentException("numbers of backups to keep must not be negative");
    }
    if (keepLast + daily + weekly + monthly == 0) {
      throw new IllegalArgumentException(
          "at least one of keep-last, daily, weekly and monthly must be given");
    }
    if (ageMax != null && (ageMax.isNegative() || ageMax.isZero())) {
      throw new IllegalArgumentException("max-age must be more than nothing");
    }
  }

  /**
   * A backup as the rules see it.
   *
   * @param id its name
   * @param at when it was made; may be in the future if a clock was wrong
   * @param revision of the store
   * @param verified whether it has been found right
   */
  record Candidate(String id, Instant at, long revision, boolean verified) {}

  /**
   * Applies the rules.
   *
   * @param all in any order
   * @return the names of those to keep
   */
  Set<String> kept(List<Candidate> all, Instant now) {
    Set<String> kept = new HashSet<>();
    List<Candidate> newestFirst = new ArrayList<>();
    for (Candidate each : all) {
      if (each.at().isAfter(now)) {
        kept.add(each.id());
      } else {
        newestFirst.add(each);
      }
    }
    newestFirst.sort(BY_TIME.reversed());
    newestFirst.stream().limit(Math.max(1, keepLast)).map(Candidate::id).forEach(kept::add);
    for (Comparator<Candidate> order : List.of(BY_TIME, BY_REVISION)) {
      newestFirst.stream().max(order).map(Candidate::id).ifPresent(kept::add);
      newestFirst.stream()
          .filter(Candidate::verified)
          .max(order)
          .map(Candidate::id)
          .ifPresent(kept::add);
    }
    List<Candidate> young =
        newestFirst.stream()
            .filter(
                each ->
                    ageMax == null || each.at().plus(ageMax).isAfter(newestFirst.getFirst().at()))
            .toList();
    keep(kept, young, daily, Retention::day);
    keep(kept, young, weekly, Retention::week);
    keep(kept, young, monthly, Retention::month);
    return kept;
  }

  private static void keep(
      Set<String> kept, List<Candidate> newestFirst, int periods, Function<Instant, Object> of) {
    Set<Object> seen = new HashSet<>();
    for (Candidate each : newestFirst) {
      Object period = of.apply(each.at());
      if (seen.size() < periods && seen.add(period)) {
        kept.add(each.id());
      }
    }
  }

  private static LocalDate day(Instant at) {
    return at.atOffset(ZoneOffset.UTC).toLocalDate();
  }

  private static List<Integer> week(Instant at) {
    LocalDate day = day(at);
    return List.of(day.get(IsoFields.WEEK_BASED_YEAR), day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
  }

  private static YearMonth month(Instant at) {
    return YearMonth.from(day(at));
  }
}
