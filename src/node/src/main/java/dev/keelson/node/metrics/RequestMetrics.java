package dev.keelson.node.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** How long requests take, by what they do. */
public final class RequestMetrics {
  /** Entries, or reads, that took longer than they should. */
  public final LongAdder slow = new LongAdder();

  private final Outcomes ranges = new Outcomes();
  private final Map<String, Outcomes> applied = new ConcurrentSkipListMap<>();

  /** Durations of what succeeded and of what failed. */
  private static final class Outcomes {
    final Histogram success = Histogram.exponential(0.0001, 2, 20);
    final Histogram failure = Histogram.exponential(0.0001, 2, 20);

    void record(boolean succeeded, long nanos) {
      (succeeded ? success : failure).recordNanos(nanos);
    }
  }

  RequestMetrics() {}

  /** A range was read here. */
  public void range(boolean succeeded, long nanos) {
    ranges.record(succeeded, nanos);
  }

  /**
   * An entry was applied.
   *
   * @param operation its name, as in {@code DeleteRange}
   */
  public void applied(String operation, boolean succeeded, long nanos) {
    Outcomes outcomes = applied.get(operation);
    if (outcomes == null) {
      outcomes = applied.computeIfAbsent(operation, name -> new Outcomes());
    }
    outcomes.record(succeeded, nanos);
  }

  void write(PrometheusText out) {
    out.counter("etcd_server_slow_apply_total", "Entries and reads that took too long.")
        .value(slow.sum());
    PrometheusText.Family applies =
        out.histogram("etcd_server_apply_duration_seconds", "Durations of applying an entry.");
    applied.forEach(
        (operation, outcomes) -> {
          applies.histogram(outcomes.success, "version", "v3", "op", operation, "success", "true");
          applies.histogram(outcomes.failure, "version", "v3", "op", operation, "success", "false");
        });
    out.histogram("etcd_server_range_duration_seconds", "Durations of ranges.")
        .histogram(ranges.success, "success", "true")
        .histogram(ranges.failure, "success", "false");
  }
}
