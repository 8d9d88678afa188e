package dev.keelson.bench;

import dev.keelson.bench.h2.Client;
import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.load.AdminCalls;
import dev.keelson.bench.load.DataSet;
import dev.keelson.bench.load.LoginLoad;
import dev.keelson.bench.load.RateLoad;
import dev.keelson.bench.load.Scenario;
import dev.keelson.bench.load.Stats;
import dev.keelson.bench.report.LoadResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What authentication costs: logins and writes beside them, and puts with it on and off.
 *
 * @param keys keys loaded first
 * @param seconds measured time of each load
 * @param logins logins, 100 at a time
 * @param rate puts a second beside them
 */
record AuthLimits(TargetOptions targets, int keys, int seconds, int logins, int rate) {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
  private static final Duration WARMUP = Duration.ofSeconds(3);
  private static final int CONNECTIONS = 10;
  private static final int LOGINS_EACH = 10;
  private static final int TURNS = 3;

  List<Map<String, Double>> logins(String name, Path binary, int round)
      throws IOException, InterruptedException {
    try (ServerProcess server = new ServerProcess(binary, targets.scratch, name)) {
      Target target = Target.start(name, server);
      DataSet.load(target.addresses(), keys, targets.valueBytes, round, LIMIT);
      AdminCalls admin = new AdminCalls(server.address());
      admin.makeUsers();
      admin.enableAuth();
      Stats stats = new Stats();
      Map<String, Double> values = new LinkedHashMap<>();
      try (Client writer =
              Client.connect(target.addresses(), CONNECTIONS, CONNECT_LIMIT, admin.userMetadata());
          Client many = Client.connect(server.address(), CONNECTIONS, CONNECT_LIMIT)) {
        RateLoad writes = new RateLoad(writer, rate, keys, targets.valueBytes, round, stats);
        writes.start();
        Thread.sleep(WARMUP);
        stats.takeLatencies();
        Thread.sleep(Duration.ofSeconds(seconds));
        double without = p99(stats.takeLatencies());
        Rounds.progress("  %,d logins".formatted(logins));
        Stats ofLogins = new Stats();
        double cpu = target.cpuSeconds();
        long begin = System.nanoTime();
        LoginLoad.run(many, logins, LOGINS_EACH, ofLogins, LIMIT);
        double took = Rounds.secondsSince(begin);
        double during = p99(stats.takeLatencies());
        writes.finish();
        long done = ofLogins.takeLatencies().getTotalCount();
        values.put("logins_per_s", done / took);
        values.put("cpu_ms_per_login", (target.cpuSeconds() - cpu) * 1_000 / done);
        values.put("failed_logins", (double) ClusterOptions.sum(ofLogins));
        values.put("write_p99_without_ms", without);
        values.put("write_p99_during_ms", during);
        values.put("write_p99_during_by_without", during / without);
        values.put("failed_writes", (double) ClusterOptions.sum(stats));
      }
      return List.of(values);
    }
  }

  /** Puts without and with authentication in turn, on the same server. */
  List<Map<String, Double>> cost(String name, Path binary, int round)
      throws IOException, InterruptedException {
    try (ServerProcess server = new ServerProcess(binary, targets.scratch, name)) {
      Target target = Target.start(name, server);
      DataSet.load(target.addresses(), keys, targets.valueBytes, round, LIMIT);
      AdminCalls admin = new AdminCalls(server.address());
      admin.makeUsers();
      puts(target, Map.of(), round, 0); // compiled before the first turn counts
      List<Map<String, Double>> all = new ArrayList<>();
      for (int turn = 1; turn <= TURNS; turn++) {
        LoadResult off = puts(target, Map.of(), round, turn);
        admin.enableAuth();
        LoadResult on = puts(target, admin.userMetadata(), round, turn);
        admin.disableAuth();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("puts_per_s_auth_off", off.rate());
        values.put("puts_per_s_auth_on", on.rate());
        values.put("cpu_s_per_100k_auth_off", off.serverCpuPer100k());
        values.put("cpu_s_per_100k_auth_on", on.serverCpuPer100k());
        values.put("throughput_on_by_off", on.rate() / off.rate());
        values.put("cpu_on_by_off", on.serverCpuPer100k() / off.serverCpuPer100k());
        values.put("errors", (double) (off.errorCount() + on.errorCount()));
        all.add(values);
      }
      return all;
    }
  }

  private LoadResult puts(Target target, Map<String, String> metadata, int round, int turn)
      throws IOException, InterruptedException {
    Scenario put = Scenario.PUT;
    long seed = 10L * round + turn + (metadata.isEmpty() ? 0 : 1_000);
    LoadResult result =
        new Measurement(keys, targets.valueBytes, Duration.ofSeconds(seconds))
            .run(
                target,
                metadata,
                put,
                new Measurement.Shape(put.connections(), put.outstanding()),
                round,
                WARMUP,
                seed);
    if (result.errorCount() > 0) {
      System.err.println(target.name() + ": ERRORS " + result.errors());
    }
    return result;
  }

  private static double p99(Histogram latencies) {
    return latencies.getValueAtPercentile(99) / Rounds.NANOS_PER_MILLI;
  }
}
