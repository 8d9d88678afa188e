package dev.keelson.bench.report;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named figures of one server, taken in one round of one kind of measurement.
 *
 * @param type which measurement
 * @param target name of the server
 * @param round from 1
 * @param keys keys that were loaded
 * @param values measurements by name, in the order in which they were taken; the name ends in the
 *     unit
 */
public record FigureResult(
    String type, String target, int round, int keys, Map<String, Double> values) implements Result {
  /** Keeps the order of the values. */
  public FigureResult {
    values = new LinkedHashMap<>(values);
  }

  @Override
  public String toJson() {
    JsonLine line =
        new JsonLine()
            .put("type", type)
            .put("target", target)
            .put("round", round)
            .put("keys", keys);
    values.forEach(line::put);
    return line.toString();
  }
}
