package dev.keelson.operator.schedule;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.Optional;

/** The times of a cron expression of five fields in a time zone. */
public final class CronTimes {
  private static final CronDefinition UNIX =
      CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX);
  private static final Map<String, String> NICKNAMES =
      Map.of(
          "@yearly", "0 0 1 1 *",
          "@annually", "0 0 1 1 *",
          "@monthly", "0 0 1 * *",
          "@weekly", "0 0 * * 0",
          "@daily", "0 0 * * *",
          "@midnight", "0 0 * * *",
          "@hourly", "0 * * * *");

  private final ExecutionTime times;
  private final ZoneId zone;

  private CronTimes(ExecutionTime times, ZoneId zone) {
    this.times = times;
    this.zone = zone;
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException if expression or zone means nothing; the message says what
   */
  public static CronTimes of(String expression, String timeZone) {
    try {
      return new CronTimes(
          ExecutionTime.forCron(
              new CronParser(UNIX).parse(NICKNAMES.getOrDefault(expression, expression))),
          ZoneId.of(timeZone));
    } catch (DateTimeException unknown) {
      throw new IllegalArgumentException("no such time zone: " + timeZone, unknown);
    }
  }

  /** The first time after the given one; empty if there is none. */
  public Optional<Instant> after(Instant time) {
    return times.nextExecution(ZonedDateTime.ofInstant(time, zone)).map(ZonedDateTime::toInstant);
  }

  /** The last time at or before the given one; empty if there is none. */
  public Optional<Instant> atOrBefore(Instant time) {
    return times
        .lastExecution(ZonedDateTime.ofInstant(time.plusSeconds(1), zone))
        .map(ZonedDateTime::toInstant)
        .filter(last -> !last.isAfter(time));
  }
}
