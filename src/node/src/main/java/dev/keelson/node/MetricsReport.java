package dev.keelson.node;

import com.google.protobuf.ByteString;
import dev.keelson.kv.StateMachine;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.txn.AnswerBudget;
import dev.keelson.kv.txn.ViewReader;
import dev.keelson.kv.watch.WatchMetrics;
import dev.keelson.node.api.QuotaGate;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.ReadBarrier;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.RangeRequest;

/**
 * The metrics that are nobody's counter: a look at the member's state at the moment of asking.
 *
 * @param raft where the member stands
 * @param applied the newest applied entry
 */
record MetricsReport(
    MemberStorage storage,
    StateMachine state,
    Standing raft,
    long applied,
    Proposals proposals,
    ReadBarrier barrier,
    QuotaGate quota,
    WatchMetrics watches) {

  void write(PrometheusText out) {
    identity(out);
    consensus(out);
    space(out);
    store(out);
    watches(out);
  }

  private void identity(PrometheusText out) {
    out.gauge("etcd_server_id", "This member's id.")
        .value(1, "server_id", Long.toHexString(storage.memberId()));
    out.gauge("etcd_server_version", "The version of etcd that is spoken.")
        .value(1, "server_version", EtcdVersion.SERVER);
    out.gauge("etcd_server_go_version", "The runtime.")
        .value(1, "server_go_version", "none (Java " + Runtime.version() + ")");
    String cluster = state.members().clusterVersion();
    PrometheusText.Family version =
        out.gauge("etcd_cluster_version", "The version that the members agreed on.");
    if (cluster != null) {
      version.value(1, "cluster_version", cluster.substring(0, cluster.lastIndexOf('.')));
    }
  }

  private void consensus(PrometheusText out) {
    out.gauge("etcd_server_has_leader", "Whether a leader is known.")
        .value(raft.hasLeader() ? 1 : 0);
    out.gauge("etcd_server_is_leader", "Whether this member leads.").value(raft.isLeader() ? 1 : 0);
    out.gauge("etcd_server_is_learner", "Whether this member is a learner.")
        .value(raft.confState().isLearner(storage.memberId()) ? 1 : 0);
    out.gauge("etcd_server_proposals_committed_total", "The newest committed entry.")
        .value(raft.commit());
    out.gauge("etcd_server_proposals_applied_total", "The newest applied entry.").value(applied);
    out.gauge("etcd_server_proposals_pending", "Proposals that wait for their outcome.")
        .value(proposals.waiting());
    out.counter("etcd_server_proposals_failed_total", "Proposals that failed.")
        .value(proposals.failures());
    out.counter(
            "etcd_server_slow_read_indexes_total",
            "Rounds of linearizable reads without an answer in time.")
        .value(barrier.slowRounds());
    out.counter("etcd_server_read_indexes_failed_total", "Linearizable reads that failed.")
        .value(barrier.failures());
    PrometheusText.Family alarms = out.gauge("etcd_debugging_server_alarms", "Active alarms.");
    for (AlarmMember alarm : state.alarms().active()) {
      alarms.value(
          1,
          "server_id",
          Long.toHexString(alarm.getMemberID()),
          "alarm_type",
          alarm.getAlarm().name());
    }
  }

  private void space(PrometheusText out) {
    out.gauge("etcd_server_quota_backend_bytes", "The quota of the storage engine.")
        .value(quota.limitBytes());
    out.gauge("etcd_mvcc_db_total_size_in_bytes", "What the storage engine takes.")
        .value(storage.backend().sizeBytes());
    out.gauge("etcd_mvcc_db_total_size_in_use_in_bytes", "What of it is live data.")
        .value(storage.backend().liveSizeBytes());
  }

  private void store(PrometheusText out) {
    out.gauge("etcd_mvcc_db_open_read_transactions", "Reads that are running.")
        .value(state.store().views().readers());
    try (View view = state.store().views().acquire()) {
      out.gauge("etcd_debugging_mvcc_current_revision", "The newest revision.")
          .value(view.revision());
      out.gauge("etcd_debugging_mvcc_compact_revision", "The revision last compacted to.")
          .value(view.compactRevision());
    }
    out.gauge("etcd_debugging_auth_revision", "The revision of users, roles and permissions.")
        .value(state.auth().revision());
    out.gauge("etcd_debugging_mvcc_keys_total", "Keys that exist.").value(keys());
  }

  private long keys() {
    ByteString all = ByteString.copyFrom(new byte[1]);
    try {
      return ViewReader.range(
              state.store().views(),
              RangeRequest.newBuilder().setKey(all).setRangeEnd(all).setCountOnly(true).build(),
              AnswerBudget.held())
          .count();
    } catch (KvException e) {
      throw new IllegalStateException("counting every key cannot be refused", e);
    }
  }

  private void watches(PrometheusText out) {
    out.gauge("etcd_debugging_mvcc_watch_stream_total", "Open watch streams.")
        .value(watches.streams());
    out.gauge("etcd_debugging_mvcc_watcher_total", "Watches.").value(watches.watchers());
    out.gauge("etcd_debugging_mvcc_slow_watcher_total", "Watches that are behind.")
        .value(watches.slowWatchers());
    out.gauge("etcd_debugging_mvcc_pending_events_total", "Events not handed out yet.")
        .value(watches.pendingEvents());
  }
}
