package dev.keelson.bench;

import dev.keelson.bench.h2.Client;
import dev.keelson.bench.host.ProcessUsage;
import dev.keelson.bench.load.Scenario;
import dev.keelson.bench.load.Stats;
import dev.keelson.bench.load.Workload;
import dev.keelson.bench.report.LoadResult;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Runs one scenario against one server: prepare, warm up, then a window over which successes,
 * latencies and processor times are taken together.
 *
 * @param keys keys the server has been loaded with
 * @param valueBytes size of values
 * @param window length of the measured window
 */
record Measurement(int keys, int valueBytes, Duration window) {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
  private static final double NANOS_PER_MICRO = 1_000;
  private static final double NANOS_PER_SECOND = 1e9;

  /** How many calls are kept in flight. */
  record Shape(int connections, int outstanding) {}

  /**
   * Runs once.
   *
   * @param seed of keys and values; new for every run against a server
   * @throws IOException when the server cannot be prepared or connected; failed calls are counted
   *     instead
   */
  LoadResult run(
      Target target, Scenario scenario, Shape shape, int round, Duration warmup, long seed)
      throws IOException, InterruptedException {
    return run(target, Map.of(), scenario, shape, round, warmup, seed);
  }

  /**
   * Runs once with calls that carry metadata.
   *
   * @param metadata such as a token
   */
  LoadResult run(
      Target target,
      Map<String, String> metadata,
      Scenario scenario,
      Shape shape,
      int round,
      Duration warmup,
      long seed)
      throws IOException, InterruptedException {
    Stats stats = new Stats();
    try (Client client =
        Client.connect(target.addresses(), shape.connections(), CONNECT_LIMIT, metadata)) {
      Workload load = scenario.create(client, shape.outstanding(), keys, valueBytes, seed, stats);
      load.prepare();
      load.start();
      Thread.sleep(warmup);
      stats.takeLatencies();
      Usage before = Usage.of(target);
      Thread.sleep(window);
      Usage after = Usage.of(target);
      Histogram latencies = stats.takeLatencies();
      long resident = target.residentBytes();
      load.finish();
      double server = after.server - before.server;
      double own = after.client - before.client;
      double known = own + (target.pids().isEmpty() ? 0 : server);
      return new LoadResult(
          scenario.label(),
          scenario.unit(),
          target.name(),
          round,
          shape.connections(),
          shape.outstanding(),
          (after.nanos - before.nanos) / NANOS_PER_SECOND,
          latencies.getTotalCount(),
          stats.errors(),
          latencies.getValueAtPercentile(50) / NANOS_PER_MICRO,
          latencies.getValueAtPercentile(99) / NANOS_PER_MICRO,
          latencies.getValueAtPercentile(99.9) / NANOS_PER_MICRO,
          latencies.getMaxValue() / NANOS_PER_MICRO,
          server,
          own,
          Math.max(0, after.machine - before.machine - known),
          resident);
    }
  }

  private record Usage(long nanos, double server, double client, double machine) {
    static Usage of(Target target) throws IOException {
      return new Usage(
          System.nanoTime(),
          target.cpuSeconds(),
          ProcessUsage.cpuSeconds(ProcessHandle.current().pid()),
          ProcessUsage.machineBusySeconds());
    }
  }
}
