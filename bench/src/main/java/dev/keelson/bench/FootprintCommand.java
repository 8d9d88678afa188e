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
import java.util.concurrent.Callable;
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
    new Rounds(targets, "footprint", keys).run(this::measure);
    return 0;
  }

  private List<Map<String, Double>> measure(String name, Path binary, int round)
      throws IOException, InterruptedException {
    Map<String, Double> values = new LinkedHashMap<>();
    try (ServerProcess server = new ServerProcess(binary, targets.scratch, name)) {
      long begin = System.nanoTime();
      Target target = Target.start(name, server);
      values.put("first_start_s", Rounds.secondsSince(begin));
      memory("idle", target, values);

      begin = System.nanoTime();
      DataSet.load(target.addresses(), keys, targets.valueBytes, round, LOAD_LIMIT);
      values.put("load_s", Rounds.secondsSince(begin));
      Thread.sleep(Duration.ofSeconds(settle));
      memory("after_load", target, values);

      values.put("stop_s", server.stop().toNanos() / Rounds.NANOS_PER_SECOND);
      values.put("data_mib", server.dataBytes() / Rounds.MIB);
      begin = System.nanoTime();
      target = Target.start(name, server);
      values.put("restart_to_first_answer_s", Rounds.secondsSince(begin));
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
    return List.of(values);
  }

  private static void memory(String when, Target target, Map<String, Double> values)
      throws IOException {
    values.put("rss_" + when + "_mib", target.residentBytes() / Rounds.MIB);
    values.put("anonymous_" + when + "_mib", target.anonymousBytes() / Rounds.MIB);
  }
}
