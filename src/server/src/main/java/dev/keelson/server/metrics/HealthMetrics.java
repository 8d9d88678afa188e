package dev.keelson.server.metrics;

import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.node.metrics.PrometheusText.Family;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Outcomes of health requests. */
@Singleton
public final class HealthMetrics {
  private final LongAdder successes = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Map<Key, Outcomes> checks = new ConcurrentSkipListMap<>();

  private record Key(String type, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byType = type.compareTo(other.type);
      return byType != 0 ? byType : name.compareTo(other.name);
    }
  }

  private static final class Outcomes {
    final LongAdder passed = new LongAdder();
    final LongAdder failed = new LongAdder();
    volatile boolean latest;
  }

  /** Notes an answer of {@code /health}. */
  public void health(boolean healthy) {
    (healthy ? successes : failures).increment();
  }

  /**
   * Notes one check.
   *
   * @param type {@code livez} or {@code readyz}
   * @param name of the check
   */
  public void check(String type, String name, boolean passed) {
    Outcomes outcomes = checks.computeIfAbsent(new Key(type, name), key -> new Outcomes());
    (passed ? outcomes.passed : outcomes.failed).increment();
    outcomes.latest = passed;
  }

  void write(PrometheusText out) {
    out.counter("etcd_server_health_success", "Answers of /health that said healthy.")
        .value(successes.sum());
    out.counter("etcd_server_health_failures", "Answers of /health that said unhealthy.")
        .value(failures.sum());
    Family latest =
        out.gauge("etcd_server_healthcheck", "Outcome of the latest check: 1 passed, 0 failed.");
    checks.forEach(
        (key, outcomes) ->
            latest.value(outcomes.latest ? 1 : 0, "name", key.name(), "type", key.type()));
    Family counts = out.counter("etcd_server_healthchecks_total", "Checks by outcome.");
    checks.forEach(
        (key, outcomes) -> {
          count(counts, key, "success", outcomes.passed.sum());
          count(counts, key, "error", outcomes.failed.sum());
        });
  }

  private static void count(Family family, Key key, String status, long count) {
    if (count > 0) {
      family.value(count, "name", key.name(), "status", status, "type", key.type());
    }
  }
}
