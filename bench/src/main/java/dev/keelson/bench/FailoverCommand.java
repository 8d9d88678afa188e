package dev.keelson.bench;

import dev.keelson.bench.h2.Client;
import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.load.DataSet;
import dev.keelson.bench.load.RateLoad;
import dev.keelson.bench.load.Stats;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long a cluster acknowledges no write after its leader was killed. */
@Command(
    name = "failover",
    mixinStandardHelpOptions = true,
    description = "Kills the leader under load; the longest gap between acknowledged writes.")
final class FailoverCommand implements Callable<Integer> {
  private static final Duration LOAD_LIMIT = Duration.ofMinutes(10);
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
  private static final int CONNECTIONS_EACH = 5;

  @Mixin private TargetOptions targets = new TargetOptions();

  @Mixin private ClusterOptions cluster = new ClusterOptions();

  @Option(names = "--keys", defaultValue = "10000", description = "Keys loaded first.")
  private int keys;

  @Option(
      names = "--kills",
      defaultValue = "3",
      description = "Leaders killed in each round (default ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--settle",
      defaultValue = "4",
      description = "Seconds of load before each kill (default ${DEFAULT-VALUE}).")
  private int settle;

  @Option(
      names = "--watched",
      defaultValue = "12",
      description = "Seconds of load after it (default ${DEFAULT-VALUE}).")
  private int watched;

  @Override
  public Integer call() throws IOException, InterruptedException {
    targets.check();
    cluster.check();
    new Rounds(targets, "failover", keys).run(this::measure);
    return 0;
  }

  private List<Map<String, Double>> measure(String name, Path binary, int round)
      throws IOException, InterruptedException {
    List<ServerProcess> members =
        ServerProcess.cluster(binary, targets.scratch, name, cluster.members);
    try {
      Target target = Target.start(name, members);
      DataSet.load(target.addresses(), keys, targets.valueBytes, round, LOAD_LIMIT);
      List<Map<String, Double>> all = new ArrayList<>();
      for (int kill = 1; kill <= kills; kill++) {
        all.add(kill(target, members, 100L * round + kill));
      }
      return all;
    } finally {
      members.forEach(ServerProcess::close);
    }
  }

  private Map<String, Double> kill(Target target, List<ServerProcess> members, long seed)
      throws IOException, InterruptedException {
    Stats stats = new Stats();
    ServerProcess leader = ClusterOptions.leader(members);
    Map<String, Double> values = new LinkedHashMap<>();
    int connections = CONNECTIONS_EACH * members.size();
    try (Client client = Client.connect(target.addresses(), connections, CONNECT_LIMIT, Map.of())) {
      RateLoad load = new RateLoad(client, cluster.rate, keys, targets.valueBytes, seed, stats);
      load.start();
      Thread.sleep(Duration.ofSeconds(settle).dividedBy(2));
      load.takeLongestGapSeconds();
      Thread.sleep(Duration.ofSeconds(settle).dividedBy(2));
      values.put("gap_before_s", load.takeLongestGapSeconds());
      long failed = ClusterOptions.sum(stats);
      leader.kill();
      Thread.sleep(Duration.ofSeconds(watched));
      values.put("gap_after_kill_s", load.takeLongestGapSeconds());
      values.put("failed_writes", (double) (ClusterOptions.sum(stats) - failed));
      load.finish();
      Rounds.progress("  gap %.2f s; %s".formatted(values.get("gap_after_kill_s"), stats.errors()));
    }
    leader.start();
    Target.awaitAnswer(target.name(), leader);
    return values;
  }
}
