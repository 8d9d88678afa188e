package dev.keelson.operator.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a scheduled backup is due.
 *
 * @param due the time whose backup is to be started now; null for none
 * @param missed times since the last decision whose backup will not be made
 * @param next when the next one is due; null for never
 */
public record RunPlan(@Nullable Instant due, int missed, @Nullable Instant next) {
  /** Counting stops here: a schedule of every minute that slept for a year has missed many. */
  private static final int MAX_COUNTED = 1_000;

  /**
   * Decides. Of several times that have passed, the newest counts, if it has not passed too long
   * ago; the others are missed.
   *
   * @param since the last time decided on, or when the schedule was made
   * @param deadline how late a backup may start
   * @param busy whether the last one still runs; the next waits for it, within its deadline
   */
  public static RunPlan at(
      CronTimes times, Instant since, Duration deadline, boolean busy, Instant now) {
    Instant next = times.after(now).orElse(null);
    int passed = 0;
    Instant newest = null;
    Optional<Instant> time = times.after(since);
    while (time.isPresent() && !time.get().isAfter(now) && passed < MAX_COUNTED) {
      newest = time.get();
      passed++;
      time = times.after(newest);
    }
    if (passed == MAX_COUNTED) {
      newest = times.atOrBefore(now).orElse(newest);
    }
    if (newest == null) {
      return new RunPlan(null, 0, next);
    }
    boolean late = now.isAfter(newest.plus(deadline));
    if (late) {
      return new RunPlan(null, passed, next);
    }
    return busy ? new RunPlan(null, 0, next) : new RunPlan(newest, passed - 1, next);
  }
}
