package dev.keelson.bench;

import dev.keelson.bench.h2.Client;
import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.load.AdminCalls;
import dev.keelson.bench.load.DataSet;
import dev.keelson.bench.load.RateLoad;
import dev.keelson.bench.load.Stats;
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

/** A member with nothing joins a cluster with data, while clients write. */
@Command(
    name = "join",
    mixinStandardHelpOptions = true,
    description =
        "Adds an empty learner: time until it has everything, latency of writes meanwhile.")
final class JoinCommand implements Callable<Integer> {
  private static final Duration LOAD_LIMIT = Duration.ofMinutes(30);
  private static final Duration JOIN_LIMIT = Duration.ofMinutes(10);
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
  private static final int CONNECTIONS = 15;
  private static final int POLL_MILLIS = 20;

  @Mixin private TargetOptions targets = new TargetOptions();

  @Mixin private ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--keys",
      defaultValue = "1000000",
      description = "Keys in the cluster (default ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--window",
      defaultValue = "10",
      description = "Seconds of writes before the member is added (default ${DEFAULT-VALUE}).")
  private int window;

  @Override
  public Integer call() throws IOException, InterruptedException {
    targets.check();
    cluster.check();
    new Rounds(targets, "join", keys).run(this::measure);
    return 0;
  }

  private List<Map<String, Double>> measure(String name, Path binary, int round)
      throws IOException, InterruptedException {
    List<ServerProcess> members =
        ServerProcess.cluster(binary, targets.scratch, name, cluster.members);
    try {
      Target target = Target.start(name, members);
      Rounds.progress("  loading %,d keys".formatted(keys));
      DataSet.load(target.addresses(), keys, targets.valueBytes, round, LOAD_LIMIT);
      target.awaitRest();
      Stats stats = new Stats();
      Map<String, Double> values = new LinkedHashMap<>();
      try (Client client =
          Client.connect(target.addresses(), CONNECTIONS, CONNECT_LIMIT, Map.of())) {
        RateLoad load = new RateLoad(client, cluster.rate, keys, targets.valueBytes, round, stats);
        load.start();
        Thread.sleep(Duration.ofSeconds(window));
        stats.takeLatencies();
        Rounds.progress("  %d puts a second for %d s".formatted(cluster.rate, window));
        Thread.sleep(Duration.ofSeconds(window));
        double without = p99(stats);
        double cpu = target.cpuSeconds();
        join(binary, members, values);
        double during = p99(stats);
        values.put("members_cpu_s", target.cpuSeconds() - cpu);
        values.put("write_p99_without_ms", without);
        values.put("write_p99_during_ms", during);
        values.put("write_p99_during_by_without", during / without);
        load.finish();
      }
      if (!stats.errors().isEmpty()) {
        System.err.println(name + ": ERRORS " + stats.errors());
      }
      values.put("failed_writes", (double) ClusterOptions.sum(stats));
      return List.of(values);
    } finally {
      members.forEach(ServerProcess::close);
    }
  }

  private void join(Path binary, List<ServerProcess> members, Map<String, Double> values)
      throws IOException, InterruptedException {
    AdminCalls leader = new AdminCalls(ClusterOptions.leader(members).address());
    try (ServerProcess joining =
        ServerProcess.joining(members, binary, targets.scratch, "learner")) {
      long id = leader.addLearner(joining.peerUrl());
      long begin = System.nanoTime();
      joining.start();
      AdminCalls learner = new AdminCalls(joining.address());
      long has = -1;
      long wanted;
      do {
        Thread.sleep(POLL_MILLIS);
        wanted = leader.status().getRaftAppliedIndex();
        try {
          has = learner.status().getRaftAppliedIndex();
        } catch (IOException e) {
          has = -1; // does not serve yet
        }
        if (!joining.isAlive() || System.nanoTime() - begin > JOIN_LIMIT.toNanos()) {
          throw new IOException("the learner did not catch up; see " + joining.keepLog());
        }
      } while (has < wanted);
      values.put("caught_up_s", Rounds.secondsSince(begin));
      Target target = Target.started("learner", List.of(joining));
      values.put("learner_cpu_s", target.cpuSeconds());
      values.put("learner_rss_mib", target.residentBytes() / Rounds.MIB);
      leader.removeMember(id);
    }
  }

  private static double p99(Stats stats) {
    return stats.takeLatencies().getValueAtPercentile(99) / Rounds.NANOS_PER_MILLI;
  }
}
