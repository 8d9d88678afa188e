package dev.keelson.bench;

import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.load.DataSet;
import dev.keelson.bench.load.Scenario;
import dev.keelson.bench.report.LoadResult;
import dev.keelson.bench.report.LoadTable;
import dev.keelson.bench.report.ResultFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Throughput, latency and processor time of two servers, one after the other, A B A B. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Runs load scenarios against two servers in turn and prints medians and ratios.")
final class CompareCommand implements Callable<Integer> {
  private static final Duration LOAD_LIMIT = Duration.ofMinutes(10);
  private static final int MAX_KEYS = 10_000_000;

  @Mixin private TargetOptions targets = new TargetOptions();

  @Option(names = "--a", description = "host:port of the first server, if it runs already.")
  private @Nullable String a;

  @Option(names = "--b", description = "host:port of the second server, if it runs already.")
  private @Nullable String b;

  @Option(names = "--a-pid", description = "Its process, if it cannot be found by its port.")
  private @Nullable Long aPid;

  @Option(names = "--b-pid", description = "Its process, if it cannot be found by its port.")
  private @Nullable Long bPid;

  @Option(
      names = "--members",
      defaultValue = "1",
      description = "Members of each cluster that is started (default ${DEFAULT-VALUE}).")
  private int members;

  @Option(names = "--only", split = ",", description = "Scenarios, comma-separated (default: all).")
  private List<String> only = List.of();

  @Option(
      names = "--keys",
      defaultValue = "100000",
      description = "Keys loaded first (default ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--seconds",
      defaultValue = "8",
      description = "Measured time of each run (default ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warmup",
      defaultValue = "2",
      description = "Seconds of load before each measured window (default ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--first-warmup",
      defaultValue = "10",
      description =
          "The same, the first time a scenario meets a server (default ${DEFAULT-VALUE}).")
  private int firstWarmup;

  @Option(
      names = "--connections",
      defaultValue = "100",
      description = "Connections of the scenarios reported at 100 (default ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--outstanding",
      defaultValue = "10",
      description = "Calls in flight on each of them (default ${DEFAULT-VALUE}).")
  private int outstanding;

  @Override
  public Integer call() throws IOException, InterruptedException {
    targets.check();
    List<Scenario> scenarios =
        only.isEmpty()
            ? Stream.of(Scenario.values()).filter(s -> !s.isLimit()).toList()
            : only.stream().map(Scenario::named).distinct().toList();
    if (members < 1 || members > 9) {
      throw new IllegalArgumentException("--members must be from 1 to 9");
    }
    if (keys < 1_000 || keys > MAX_KEYS) {
      throw new IllegalArgumentException("--keys must be from 1000 to " + MAX_KEYS);
    }
    List<ServerProcess> started = new ArrayList<>();
    try (ResultFile results = ResultFile.append(targets.results, targets.note)) {
      List<Target> both =
          List.of(
              target(targets.aName, a, aPid, targets.aStart, started),
              target(targets.bName, b, bPid, targets.bStart, started));
      for (Target target : both) {
        System.err.println("loading " + keys + " keys into " + target.name());
        DataSet.load(target.addresses(), keys, targets.valueBytes, 1, LOAD_LIMIT);
      }
      LoadTable table = new LoadTable(targets.aName, targets.bName);
      for (Scenario scenario : scenarios) {
        table.add(measure(scenario, both, results));
      }
      System.out.println(table);
    } finally {
      started.forEach(ServerProcess::close);
    }
    return 0;
  }

  private Target target(
      String name,
      @Nullable String running,
      @Nullable Long pid,
      @Nullable Path binary,
      List<ServerProcess> started)
      throws IOException, InterruptedException {
    if (running != null) {
      return Target.running(name, running, pid);
    }
    if (binary == null) {
      throw new IllegalArgumentException("give an endpoint or a binary for " + name);
    }
    System.err.println("starting " + name);
    List<ServerProcess> servers =
        members == 1
            ? List.of(new ServerProcess(binary, targets.scratch, name))
            : ServerProcess.cluster(binary, targets.scratch, name, members);
    started.addAll(servers);
    return Target.start(name, servers);
  }

  private List<LoadResult> measure(Scenario scenario, List<Target> both, ResultFile results)
      throws IOException, InterruptedException {
    Measurement measurement =
        new Measurement(keys, targets.valueBytes, Duration.ofSeconds(seconds));
    Measurement.Shape shape =
        scenario.fullShape()
            ? new Measurement.Shape(connections, outstanding)
            : new Measurement.Shape(scenario.connections(), scenario.outstanding());
    List<LoadResult> all = new ArrayList<>();
    for (int round = 1; round <= targets.rounds; round++) {
      long seed = 1_000L * scenario.label().hashCode() + round;
      for (Target target : both) {
        Duration before = Duration.ofSeconds(round == 1 ? firstWarmup : warmup);
        LoadResult result = measurement.run(target, scenario, shape, round, before, seed);
        results.add(result);
        all.add(result);
        System.err.println(
            String.format(
                Locale.ROOT,
                "%d/%d %-18s %-8s %,9.0f %s/s  CPU %.2f s/100k  p50 %.2f p99 %.2f ms%s",
                round,
                targets.rounds,
                scenario.label(),
                target.name(),
                result.rate(),
                result.unit(),
                result.serverCpuPer100k(),
                result.p50Micros() / 1_000,
                result.p99Micros() / 1_000,
                result.errors().isEmpty() ? "" : "  ERRORS " + result.errors()));
      }
    }
    return all;
  }
}
