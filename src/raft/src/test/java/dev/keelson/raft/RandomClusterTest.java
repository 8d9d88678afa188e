package dev.keelson.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A few hundred random clusters. Run one again with {@code -Draft.seed=N}, more with {@code
 * -Draft.seeds=N}, longer with {@code -Draft.events=N}.
 */
final class RandomClusterTest {
  private static final int EVENTS = Integer.getInteger("raft.events", 3000);

  @Test
  void everySeedIsSafeAndConverges() {
    Map<String, Integer> counts = new TreeMap<>();
    Long only = Long.getLong("raft.seed");
    if (only != null) {
      run(only, counts);
      return;
    }
    int seeds = Integer.getInteger("raft.seeds", 250);
    for (long seed = 0; seed < seeds; seed++) {
      run(seed, counts);
    }
    // The rare things must have been seen, or the test has gone blind.
    for (String what : List.of("restart", "snapshot", "joint", "simple", "read", "transfer")) {
      assertThat(counts.getOrDefault(what, 0)).as(what).isGreaterThan(seeds / 10);
    }
    assertThat(counts.getOrDefault("stuck", 0)).as("stuck").isLessThanOrEqualTo(seeds / 200);
  }

  private static void run(long seed, Map<String, Integer> counts) {
    RandomCluster cluster = new RandomCluster(seed);
    try {
      cluster.run(EVENTS);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed " + seed + " (again: -Draft.seed=" + seed + " -Draft.events=" + EVENTS + ")", e);
    }
    cluster.counts.forEach((what, count) -> counts.merge(what, count, Integer::sum));
  }
}
