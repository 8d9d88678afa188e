package dev.keelson.node.metrics;

import java.util.concurrent.atomic.LongAdder;

/** Events of consensus and of the membership. */
public final class ConsensusMetrics {
  /** New leaders seen. */
  public final LongAdder leaderChanges = new LongAdder();

  /** Heartbeats that could not be sent in time. */
  public final LongAdder heartbeatSendFailures = new LongAdder();

  /** Learners made voters. */
  public final LongAdder promoteSuccesses = new LongAdder();

  ConsensusMetrics() {}

  void write(PrometheusText out) {
    out.counter("etcd_server_leader_changes_seen_total", "New leaders seen.")
        .value(leaderChanges.sum());
    out.counter(
            "etcd_server_heartbeat_send_failures_total",
            "Heartbeats that could not be sent in time; likely the disk is slow.")
        .value(heartbeatSendFailures.sum());
    out.counter("etcd_server_learner_promote_successes", "Learners that became voters here.")
        .value(promoteSuccesses.sum());
  }
}
