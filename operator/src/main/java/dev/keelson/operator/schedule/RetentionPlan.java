package dev.keelson.operator.schedule;

import dev.keelson.operator.api.v1alpha1.BackupRetention;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Which finished backups no rule keeps. */
public final class RetentionPlan {
  /**
   * A backup that has ended.
   *
   * @param name its resource
   * @param finished when it ended
   * @param verified whether its check passed
   */
  public record Finished(String name, Instant finished, boolean verified) {}

  private RetentionPlan() {}

  /**
   * Names to prune, oldest first. The newest of a day, week or month stands for it. The newest
   * verified backup is never among them.
   */
  public static List<String> prune(BackupRetention rules, List<Finished> backups, ZoneId zone) {
    List<Finished> newestFirst =
        backups.stream()
            .sorted(
                Comparator.comparing(Finished::finished).thenComparing(Finished::name).reversed())
            .toList();
    Set<String> kept = new HashSet<>();
    newestFirst.stream().limit(rules.keepLast()).map(Finished::name).forEach(kept::add);
    newestFirst.stream()
        .filter(Finished::verified)
        .findFirst()
        .map(Finished::name)
        .ifPresent(kept::add);
    keep(kept, newestFirst, rules.daily(), zone, LocalDate::toString);
    keep(kept, newestFirst, rules.weekly(), zone, RetentionPlan::week);
    keep(
        kept, newestFirst, rules.monthly(), zone, day -> day.getYear() + "-" + day.getMonthValue());
    return newestFirst.reversed().stream()
        .map(Finished::name)
        .filter(name -> !kept.contains(name))
        .toList();
  }

  /** Names of failed backups to prune: only the newest ones are kept, to be looked at. */
  public static List<String> pruneFailed(BackupRetention rules, List<Finished> failed) {
    return failed.stream()
        .sorted(Comparator.comparing(Finished::finished).thenComparing(Finished::name).reversed())
        .skip(rules.keepLast())
        .map(Finished::name)
        .toList();
  }

  private static void keep(
      Set<String> kept,
      List<Finished> newestFirst,
      int count,
      ZoneId zone,
      Function<LocalDate, String> period) {
    Set<String> periods = new HashSet<>();
    for (Finished backup : newestFirst) {
      String of = period.apply(LocalDate.ofInstant(backup.finished, zone));
      if (!periods.contains(of) && periods.size() < count) {
        periods.add(of);
        kept.add(backup.name);
      }
    }
  }

  private static String week(LocalDate day) {
    return day.get(IsoFields.WEEK_BASED_YEAR) + "-" + day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
  }
}
