package dev.keelson.bench;

import dev.keelson.bench.h2.Client;
import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.host.ToolProcess;
import dev.keelson.bench.load.AdminCalls;
import dev.keelson.bench.load.DataSet;
import dev.keelson.bench.load.Download;
import dev.keelson.bench.load.RateLoad;
import dev.keelson.bench.load.Stats;
import java.io.IOException;
import java.nio.file.Files;
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

/** Saving a snapshot, restoring it, and starting on what was restored. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = "Time of snapshot, restore and start; latency of writes during a snapshot.")
final class BackupCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
  private static final int CONNECTIONS = 10;

  @Mixin private TargetOptions targets = new TargetOptions();

  @Option(
      names = "--keys",
      defaultValue = "1000000",
      description = "Keys to load (default ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--rate",
      defaultValue = "1000",
      description = "Puts a second beside the snapshots (default ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--window",
      defaultValue = "10",
      description = "Seconds of writes without and with snapshots (default ${DEFAULT-VALUE}).")
  private int window;

  @Override
  public Integer call() throws IOException, InterruptedException {
    targets.check();
    new Rounds(targets, "backup", keys).run(this::measure);
    Files.deleteIfExists(snapshotOf(targets.aName));
    Files.deleteIfExists(snapshotOf(targets.bName));
    return 0;
  }

  private Path snapshotOf(String name) {
    return targets.scratch.resolve("snapshot-" + name + ".db");
  }

  private List<Map<String, Double>> measure(String name, Path binary, int round)
      throws IOException, InterruptedException {
    Map<String, Double> values = new LinkedHashMap<>();
    try (ServerProcess server = new ServerProcess(binary, targets.scratch, name)) {
      Target target = Target.start(name, server);
      Rounds.progress("  loading %,d keys".formatted(keys));
      DataSet.load(target.addresses(), keys, targets.valueBytes, round, LIMIT);
      Files.deleteIfExists(snapshotOf(name));
      double idle = target.cpuSeconds();
      values.put("save_s", save(target, snapshotOf(name)));
      values.put("save_cpu_s", target.cpuSeconds() - idle);
      values.put("snapshot_mib", Files.size(snapshotOf(name)) / Rounds.MIB);
      writesBeside(target, round, values);
      values.put("rss_after_snapshots_mib", target.residentBytes() / Rounds.MIB);
      values.put("anonymous_after_snapshots_mib", target.anonymousBytes() / Rounds.MIB);
      server.stop();
      restore(server, restoreTool(binary), name, "restore", values);
      if (name.equals(targets.bName) && Files.exists(snapshotOf(targets.aName))) {
        restore(server, restoreTool(binary), targets.aName, "import_from_a", values);
      }
    }
    return List.of(values);
  }

  /**
   * Takes a snapshot; returns the seconds that took.
   *
   * @param file the file to be made; null for none, which takes nothing from the server's disk
   */
  private static double save(Target target, @Nullable Path file)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    try (Client client = Client.connect(target.addresses().getFirst(), 1, CONNECT_LIMIT)) {
      Download.snapshot(client, file, LIMIT);
    }
    return Rounds.secondsSince(begin);
  }

  /** Snapshot after snapshot for as long as the window, each to its end. */
  private void writesBeside(Target target, int round, Map<String, Double> values)
      throws IOException, InterruptedException {
    Stats stats = new Stats();
    try (Client client =
        Client.connect(target.addresses().getFirst(), CONNECTIONS, CONNECT_LIMIT)) {
      RateLoad load = new RateLoad(client, rate, keys, targets.valueBytes, 100L + round, stats);
      load.start();
      Thread.sleep(Duration.ofSeconds(window));
      stats.takeLatencies();
      Thread.sleep(Duration.ofSeconds(window));
      double without = p99(stats);
      long begin = System.nanoTime();
      List<Double> saves = new ArrayList<>();
      while (Rounds.secondsSince(begin) < window) {
        saves.add(save(target, null));
      }
      double during = p99(stats);
      load.finish();
      values.put(
          "save_under_load_s",
          saves.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN));
      values.put("write_p99_without_ms", without);
      values.put("write_p99_during_ms", during);
      values.put("write_p99_during_by_without", during / without);
      values.put("failed_writes", (double) ClusterOptions.sum(stats));
    }
  }

  private void restore(
      ServerProcess server, List<String> tool, String from, String what, Map<String, Double> values)
      throws IOException, InterruptedException {
    server.deleteData();
    List<String> command = new ArrayList<>(tool);
    command.add(snapshotOf(from).toString());
    command.addAll(server.memberFlags());
    Rounds.progress("  %s".formatted(what));
    ToolProcess.Cost cost = ToolProcess.run(command, LIMIT);
    values.put(what + "_s", cost.seconds());
    values.put(what + "_peak_rss_mib", cost.peakResidentBytes() / Rounds.MIB);
    long begin = System.nanoTime();
    Target restored = Target.start(from, server);
    values.put(what + "_then_start_s", Rounds.secondsSince(begin));
    long found = new AdminCalls(server.address()).keyCount();
    if (found != keys) {
      throw new IOException("restored " + found + " of " + keys + " keys");
    }
    values.put(what + "_then_rss_mib", restored.residentBytes() / Rounds.MIB);
    server.stop();
  }

  /** The binary itself, unless etcdutl, which restores etcd's snapshots, lies beside it. */
  private static List<String> restoreTool(Path binary) {
    Path beside = binary.resolveSibling("etcdutl");
    Path tool = Files.isExecutable(beside) ? beside : binary;
    return List.of(tool.toString(), "snapshot", "restore");
  }

  private static double p99(Stats stats) {
    return stats.takeLatencies().getValueAtPercentile(99) / Rounds.NANOS_PER_MILLI;
  }
}
