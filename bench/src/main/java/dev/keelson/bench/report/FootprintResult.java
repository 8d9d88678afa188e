package dev.keelson.bench.report;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Memory, disk and restart of one server at one data size.
 *
 * @param target name of the server
 * @param round from 1
 * @param keys keys that were loaded
 * @param values measurements by name, in the order in which they were taken; the name ends in the
 *     unit
 */
public record FootprintResult(String target, int round, int keys, Map<String, Double> values)
    implements Result {
  /** Keeps the order of the values. */
  public FootprintResult {
    values = new LinkedHashMap<>(values);
  }

  @Override
  public String toJson() {
    JsonLine line =
        new JsonLine()
            .put("type", "footprint")
            .put("target", target)
            .put("round", round)
            .put("keys", keys);
    values.forEach(line::put);
    return line.toString();
  }
}
