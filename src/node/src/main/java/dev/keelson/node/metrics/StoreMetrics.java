package dev.keelson.node.metrics;

import dev.keelson.kv.Applied;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.kv.txn.OpResult;
import dev.keelson.kv.txn.OpResult.DeleteResult;
import dev.keelson.kv.txn.OpResult.PutResult;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.kv.txn.OpResult.TxnResult;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What was done to keys and leases. */
public final class StoreMetrics {
  /** Ranges served, in or outside of transactions. */
  public final LongAdder ranges = new LongAdder();

  /** Keepalives that prolonged a lease. */
  public final LongAdder leasesRenewed = new LongAdder();

  /** Leases whose time was over. */
  public final LongAdder leasesExpired = new LongAdder();

  /** Rows that compactions removed. */
  public final LongAdder compactedRows = new LongAdder();

  /** Durations of compactions, in milliseconds, from the first step to the last. */
  public final Histogram compaction = Histogram.exponential(100, 2, 14);

  /** Durations of single steps of compactions, in milliseconds: what they hold writes up. */
  public final Histogram compactionStep = Histogram.exponential(1, 2, 13);

  /** Durations of hashes over everything. */
  public final Histogram hash = Histogram.exponential(0.01, 2, 15);

  /** Durations of hashes at a revision. */
  public final Histogram hashAtRevision = Histogram.exponential(0.01, 2, 15);

  private final LongAdder puts = new LongAdder();
  private final LongAdder deletes = new LongAdder();
  private final LongAdder txns = new LongAdder();
  private final LongAdder putBytes = new LongAdder();
  private final LongAdder events = new LongAdder();
  private final LongAdder leasesGranted = new LongAdder();
  private final LongAdder leasesRevoked = new LongAdder();
  private final Histogram leaseTtl = Histogram.exponential(1, 2, 24);
  private volatile long lastCompactionSeconds;

  StoreMetrics() {}

  /** Counts what an entry did. */
  public void applied(InternalRaftRequest request, Applied outcome) {
    if (outcome.failure() != null) {
      return;
    }
    if (request.hasPut()) {
      puts.increment();
      putBytes.add(size(request.getPut()));
    } else if (outcome.result() instanceof OpResult result) {
      count(result);
    } else if (request.hasLeaseGrant()) {
      leasesGranted.increment();
      leaseTtl.record((double) request.getLeaseGrant().getTTL());
    } else if (request.hasLeaseRevoke()) {
      leasesRevoked.increment();
    }
  }

  private static long size(PutRequest put) {
    return (long) put.getKey().size() + put.getValue().size();
  }

  private void count(OpResult result) {
    switch (result) {
      case PutResult put -> puts.increment();
      case DeleteResult delete -> deletes.increment();
      case RangeResult range -> ranges.increment();
      case TxnResult txn -> {
        if (txn.responses().size() > 1) {
          txns.increment();
        }
        txn.responses().forEach(this::count);
      }
    }
  }

  /** Counts the changes that became visible. */
  public void published(List<RevisionEvents> revisions) {
    for (RevisionEvents each : revisions) {
      events.add(each.events().size());
    }
  }

  /**
   * A compaction is complete.
   *
   * @param epochSeconds when, in Unix time
   */
  public void compacted(long epochSeconds) {
    lastCompactionSeconds = epochSeconds;
  }

  void write(PrometheusText out) {
    out.counter("etcd_mvcc_put_total", "Puts, in or outside of transactions.").value(puts.sum());
    out.counter("etcd_mvcc_delete_total", "Deletions of a key or range.").value(deletes.sum());
    out.counter("etcd_mvcc_range_total", "Ranges.").value(ranges.sum());
    out.counter("etcd_debugging_mvcc_range_total", "Ranges, under the old name.")
        .value(ranges.sum());
    out.counter("etcd_mvcc_txn_total", "Transactions of more than one operation.")
        .value(txns.sum());
    out.gauge("etcd_debugging_mvcc_total_put_size_in_bytes", "Bytes of keys and values put.")
        .value(putBytes.sum());
    out.counter("etcd_debugging_mvcc_events_total", "Changes of keys.").value(events.sum());
    out.counter("etcd_debugging_mvcc_db_compaction_keys_total", "Rows that compactions removed.")
        .value(compactedRows.sum());
    out.gauge("etcd_debugging_mvcc_db_compaction_last", "Unix time of the last compaction.")
        .value(lastCompactionSeconds);
    out.histogram(
            "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds",
            "Durations of compactions.")
        .histogram(compaction);
    out.histogram(
            "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds",
            "Durations of single steps of compactions.")
        .histogram(compactionStep);
    out.histogram("etcd_mvcc_hash_duration_seconds", "Durations of hashes over everything.")
        .histogram(hash);
    out.histogram("etcd_mvcc_hash_rev_duration_seconds", "Durations of hashes at a revision.")
        .histogram(hashAtRevision);
    out.counter("etcd_debugging_lease_granted_total", "Leases granted.").value(leasesGranted.sum());
    out.counter("etcd_debugging_lease_revoked_total", "Leases revoked, expired ones too.")
        .value(leasesRevoked.sum());
    out.counter("etcd_debugging_lease_renewed_total", "Keepalives that prolonged a lease.")
        .value(leasesRenewed.sum());
    out.counter("etcd_debugging_server_lease_expired_total", "Leases whose time was over.")
        .value(leasesExpired.sum());
    out.histogram("etcd_debugging_lease_ttl_total", "Times to live of leases, in seconds.")
        .histogram(leaseTtl);
  }
}
