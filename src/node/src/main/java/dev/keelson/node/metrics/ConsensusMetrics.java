package dev.keelson.node.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Events of consensus and of the membership. */
public final class ConsensusMetrics {
  /** New leaders seen. */
  public final LongAdder leaderChanges = new LongAdder();

  /** Heartbeats that could not be sent in time. */
  public final LongAdder heartbeatSendFailures = new LongAdder();

  /** Learners made voters. */
  public final LongAdder promoteSuccesses = new LongAdder();

  /** Snapshots of a leader that are being installed. */
  public final AtomicInteger snapshotsApplying = new AtomicInteger();

  private final Map<String, LongAdder> promoteFailures = new ConcurrentSkipListMap<>();

  ConsensusMetrics() {}

  /**
   * A learner could not become a voter.
   *
   * @param reason in a word or two
   */
  public void promoteFailed(String reason) {
    promoteFailures.computeIfAbsent(reason, key -> new LongAdder()).increment();
  }

  void write(PrometheusText out) {
    out.counter("etcd_server_leader_changes_seen_total", "New leaders seen.")
        .value(leaderChanges.sum());
    out.counter(
            "etcd_server_heartbeat_send_failures_total",
            "Heartbeats that could not be sent in time; likely the disk is slow.")
        .value(heartbeatSendFailures.sum());
    out.counter("etcd_server_learner_promote_successes", "Learners that became voters here.")
        .value(promoteSuccesses.sum());
    PrometheusText.Family failures =
        out.counter("etcd_server_learner_promote_failures", "Learners that could not be promoted.");
    promoteFailures.forEach((reason, count) -> failures.value(count.sum(), "Reason", reason));
    out.gauge(
            "etcd_server_snapshot_apply_in_progress_total",
            "Whether a snapshot of the leader is being installed.")
        .value(snapshotsApplying.get());
  }
}
