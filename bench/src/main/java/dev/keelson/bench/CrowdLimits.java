package dev.keelson.bench;

import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.load.DataSet;
import dev.keelson.bench.load.Scenario;
import dev.keelson.bench.report.LoadResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ten thousand watch streams, a hundred thousand leases.
 *
 * @param keys keys loaded first
 * @param seconds measured time
 */
record CrowdLimits(TargetOptions targets, int keys, int seconds) {
  private static final Duration LOAD_LIMIT = Duration.ofMinutes(5);
  private static final Duration WARMUP = Duration.ofSeconds(5);

  List<Map<String, Double>> watches(String name, Path binary, int round)
      throws IOException, InterruptedException {
    return measure(name, binary, round, Scenario.WATCH_10000);
  }

  List<Map<String, Double>> leases(String name, Path binary, int round)
      throws IOException, InterruptedException {
    return measure(name, binary, round, Scenario.KEEPALIVE_100K);
  }

  private List<Map<String, Double>> measure(String name, Path binary, int round, Scenario scenario)
      throws IOException, InterruptedException {
    try (ServerProcess server = new ServerProcess(binary, targets.scratch, name)) {
      Target target = Target.start(name, server);
      DataSet.load(target.addresses(), keys, targets.valueBytes, round, LOAD_LIMIT);
      Map<String, Double> values = new LinkedHashMap<>();
      values.put("rss_before_mib", target.residentBytes() / Rounds.MIB);
      LoadResult result =
          new Measurement(keys, targets.valueBytes, Duration.ofSeconds(seconds))
              .run(
                  target,
                  scenario,
                  new Measurement.Shape(scenario.connections(), scenario.outstanding()),
                  round,
                  WARMUP,
                  round);
      if (result.errorCount() > 0) {
        System.err.println(name + ": ERRORS " + result.errors());
      }
      values.put("rss_during_mib", result.residentBytes() / Rounds.MIB);
      values.put(result.unit() + "_per_s", result.rate());
      values.put("cpu_s_per_100k", result.serverCpuPer100k());
      values.put("p50_ms", result.p50Micros() / 1_000);
      values.put("p99_ms", result.p99Micros() / 1_000);
      values.put("errors", (double) result.errorCount());
      return List.of(values);
    }
  }
}
