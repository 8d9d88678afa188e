package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.oracle.Oracle;
import dev.keelson.sim.oracle.Target;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The same seeded operations go to etcd and to the server under test; every answer must agree. */
final class OracleIT {
  private static final int RUNS = Integer.getInteger("oracle.runs", 3);
  private static final int OPERATIONS = Integer.getInteger("oracle.ops", 8000);

  /** Seed 3 is not among them: etcd 3.5.16 ends itself at one of its operations. */
  private static final long FIRST_SEED = Long.getLong("oracle.seed", 4);

  private static final Duration SHRINK_FOR = Duration.ofSeconds(90);

  @Test
  void answersAsEtcdDoes() throws InterruptedException {
    Servers.etcdTool("etcd");
    try (Target etcd = Target.named("etcd");
        Target keelson = Target.named(Servers.program().name())) {
      Oracle oracle = new Oracle(etcd, keelson, Set.of(), System.out);
      for (int run = 0; run < RUNS; run++) {
        Optional<String> difference = oracle.run(FIRST_SEED + run, OPERATIONS, SHRINK_FOR);
        assertThat(difference)
            .as("repeat with -Dit.test=OracleIT -Doracle.seed=%d -Doracle.runs=1", FIRST_SEED + run)
            .isEmpty();
      }
    }
  }
}
