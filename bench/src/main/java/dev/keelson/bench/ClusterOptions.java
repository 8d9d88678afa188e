package dev.keelson.bench;

import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.load.AdminCalls;
import dev.keelson.bench.load.Stats;
import dev.keelson.proto.etcdserverpb.StatusResponse;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Option;

/** A cluster, and the steady load under which something happens to it. */
final class ClusterOptions {
  private static final int TRIES = 200;
  private static final int RETRY_MILLIS = 50;

  @Option(
      names = "--members",
      defaultValue = "3",
      description = "Members of each cluster (default ${DEFAULT-VALUE}).")
  int members;

  @Option(
      names = "--rate",
      defaultValue = "1000",
      description = "Puts a second (default ${DEFAULT-VALUE}).")
  int rate;

  /** Refuses what cannot be measured. */
  void check() {
    if (members < 3 || members > 9) {
      throw new IllegalArgumentException("--members must be from 3 to 9");
    }
    if (rate < 1 || rate > 100_000) {
      throw new IllegalArgumentException("--rate must be from 1 to 100000");
    }
  }

  /**
   * The member that says of itself that it leads.
   *
   * @throws IOException when none has for ten seconds
   */
  static ServerProcess leader(List<ServerProcess> members)
      throws IOException, InterruptedException {
    for (int tried = 0; tried < TRIES; tried++) {
      for (ServerProcess member : members) {
        StatusResponse status = new AdminCalls(member.address()).status();
        if (status.getLeader() == status.getHeader().getMemberId()) {
          return member;
        }
      }
      Thread.sleep(RETRY_MILLIS);
    }
    throw new IOException("no member leads");
  }

  /** All failures so far. */
  static long sum(Stats stats) {
    return stats.errors().values().stream().mapToLong(Long::longValue).sum();
  }
}
