package dev.keelson.bench;

import dev.keelson.bench.host.ProcessUsage;
import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.load.DataSet;
import dev.keelson.bench.load.Scenario;
import dev.keelson.bench.report.FootprintResult;
import dev.keelson.bench.report.FootprintTable;
import dev.keelson.bench.report.LoadResult;
import dev.keelson.bench.report.ResultFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Memory, disk and restart time at a data size; each server alone, from an empty directory. */
@Command(
    name = "footprint",
    mixinStandardHelpOptions = true,
    description = "Loads keys, then measures memory, disk, and the time of a restart.")
final class FootprintCommand implements Callable<Integer> {
  private static final Duration LOAD_LIMIT = Duration.ofMinutes(30);
  private static final double MIB = 1 << 20;
  private static final double NANOS_PER_SECOND = 1e9;

  @Mixin private TargetOptions targets = new TargetOptions();

  @Option(
      names = "--keys",
      defaultValue = "1000000",
      description = "Keys to load (default ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--settle",
      defaultValue = "5",
      description = "Seconds of rest before memory is read (default ${DEFAULT-VALUE}).")
  private int settle;

  @Option(
      names = "--read-seconds",
      defaultValue = "15",
      description = "Seconds of reads after the restart (default ${DEFAULT-VALUE}).")
  private int readSeconds;

  @Override
  public Integer call() throws IOException, InterruptedException {
    targets.check();
    if (keys < 1_000 || keys > 10_000_000) {
      throw new IllegalArgumentException("--keys must be from 1000 to 10000000");
    }
    List<FootprintResult> all = new ArrayList<>();
    try (ResultFile results = ResultFile.append(targets.results, targets.note)) {
      for (int round = 1; round <= targets.rounds; round++) {
        for (boolean first : new boolean[] {true, false}) {
          FootprintResult result =
              first
                  ? measure(targets.aName, targets.aStart, round)
                  : measure(targets.bName, targets.bStart, round);
          results.add(result);
          all.add(result);
          System.err.println(result.toJson());
        }
      }
    }
    System.out.println(FootprintTable.of(targets.aName, targets.bName, all));
    return 0;
  }

  private FootprintResult measure(String name, @Nullable Path binary, int round)
      throws IOException, InterruptedException {
    if (binary == null) {
      throw new IllegalArgumentException("footprint starts the servers itself: binary for " + name);
    }
    Map<String, Double> values = new LinkedHashMap<>();
    try (ServerProcess server = new ServerProcess(binary, targets.scratch, name)) {
      long begin = System.nanoTime();
      Target target = Target.start(name, server);
      values.put("first_start_s", since(begin));
      memory("idle", target, values);

      begin = System.nanoTime();
      DataSet.load(target.address(), keys, targets.valueBytes, round, LOAD_LIMIT);
      values.put("load_s", since(begin));
      Thread.sleep(Duration.ofSeconds(settle));
      memory("after_load", target, values);

      values.put("stop_s", server.stop().toNanos() / NANOS_PER_SECOND);
      values.put("data_mib", server.dataBytes() / MIB);
      begin = System.nanoTime();
      target = Target.start(name, server);
      values.put("restart_to_first_answer_s", since(begin));
      memory("after_restart", target, values);

      LoadResult reads =
          new Measurement(keys, targets.valueBytes, Duration.ofSeconds(readSeconds))
              .run(
                  target,
                  Scenario.RANGE,
                  new Measurement.Shape(Scenario.RANGE.connections(), Scenario.RANGE.outstanding()),
                  round,
                  Duration.ZERO,
                  round);
      if (reads.errorCount() > 0) {
        System.err.println(name + ": errors while reading: " + reads.errors());
      }
      values.put("reads_per_s", reads.rate());
      memory("after_reads", target, values);
    }
    return new FootprintResult(name, round, keys, values);
  }

  private static void memory(String when, Target target, Map<String, Double> values)
      throws IOException {
    long pid =
        target.pid().orElseThrow(() -> new IOException("no process found for " + target.name()));
    values.put("rss_" + when + "_mib", ProcessUsage.residentBytes(pid) / MIB);
    values.put("anonymous_" + when + "_mib", ProcessUsage.anonymousBytes(pid) / MIB);
  }

  private static double since(long beginNanos) {
    return (System.nanoTime() - beginNanos) / NANOS_PER_SECOND;
  }
}
