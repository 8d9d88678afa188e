package dev.keelson.bench.report;

import java.util.Map;

/**
 * One measured window of one scenario against one server.
 *
 * @param scenario label of the scenario
 * @param unit what {@code operations} counts
 * @param target name of the server
 * @param round from 1
 * @param connections connections of the client
 * @param outstanding calls in flight on each
 * @param seconds length of the window
 * @param operations successes within the window
 * @param errors failures from the beginning of the warm-up to the end of the run, by kind
 * @param p50Micros median latency of the successes, in microseconds; the next three likewise
 * @param serverCpuSeconds processor time of the server within the window; NaN when its process is
 *     unknown
 * @param clientCpuSeconds processor time of this program within the window
 * @param otherCpuSeconds processor time of everybody else, which tells how quiet the machine was
 * @param residentBytes resident memory of the server after the window; 0 when its process is
 *     unknown
 */
public record LoadResult(
    String scenario,
    String unit,
    String target,
    int round,
    int connections,
    int outstanding,
    double seconds,
    long operations,
    Map<String, Long> errors,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    double maxMicros,
    double serverCpuSeconds,
    double clientCpuSeconds,
    double otherCpuSeconds,
    long residentBytes)
    implements Result {
  private static final double PER = 100_000;

  /** Successes per second. */
  public double rate() {
    return operations / seconds;
  }

  /** Server processor seconds for 100k operations. */
  public double serverCpuPer100k() {
    return operations == 0 ? Double.NaN : serverCpuSeconds * PER / operations;
  }

  /** Client processor seconds for 100k operations. */
  public double clientCpuPer100k() {
    return operations == 0 ? Double.NaN : clientCpuSeconds * PER / operations;
  }

  /** All failures. */
  public long errorCount() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public String toJson() {
    return new JsonLine()
        .put("type", "load")
        .put("scenario", scenario)
        .put("unit", unit)
        .put("target", target)
        .put("round", round)
        .put("connections", connections)
        .put("outstanding", outstanding)
        .put("seconds", seconds)
        .put("operations", operations)
        .put("rate", rate())
        .put("errors", errors)
        .put("p50_us", p50Micros)
        .put("p99_us", p99Micros)
        .put("p999_us", p999Micros)
        .put("max_us", maxMicros)
        .put("server_cpu_s", serverCpuSeconds)
        .put("server_cpu_s_per_100k", serverCpuPer100k())
        .put("client_cpu_s", clientCpuSeconds)
        .put("other_cpu_s", otherCpuSeconds)
        .put("rss_bytes", residentBytes)
        .toString();
  }
}
