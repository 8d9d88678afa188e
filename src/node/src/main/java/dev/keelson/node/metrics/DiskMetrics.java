package dev.keelson.node.metrics;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the log and the storage engine cost. */
public final class DiskMetrics {
  /** Durations of syncs of the log. */
  public final Histogram walFsync = Histogram.exponential(0.001, 2, 14);

  /** Durations of writes to the log, without their sync. */
  public final Histogram walWrite = Histogram.exponential(0.001, 2, 14);

  /** Bytes of entries written to the log. */
  public final LongAdder walBytes = new LongAdder();

  /** Durations of one storage batch, which carries everything applied together. */
  public final Histogram backendCommit = Histogram.exponential(0.001, 2, 14);

  /** Durations of streaming a snapshot. */
  public final Histogram backendSnapshot = Histogram.exponential(0.01, 2, 17);

  /** Durations of defragmentations. */
  public final Histogram defrag = Histogram.exponential(0.1, 2, 13);

  /** Defragmentations that are running. */
  public final AtomicInteger defragInFlight = new AtomicInteger();

  /** Durations of receiving a leader's snapshot onto the disk. */
  public final Histogram snapshotSave = Histogram.exponential(0.1, 2, 10);

  /** Durations of the syncs of received snapshots. */
  public final Histogram snapshotFsync = Histogram.exponential(0.001, 2, 14);

  DiskMetrics() {}

  void write(PrometheusText out) {
    out.histogram("etcd_disk_wal_fsync_duration_seconds", "Durations of syncs of the log.")
        .histogram(walFsync);
    out.histogram("etcd_disk_wal_write_duration_seconds", "Durations of writes to the log.")
        .histogram(walWrite);
    out.gauge("etcd_disk_wal_write_bytes_total", "Bytes of entries written to the log.")
        .value(walBytes.sum());
    out.histogram(
            "etcd_disk_backend_commit_duration_seconds",
            "Durations of batches written to the storage engine.")
        .histogram(backendCommit);
    out.histogram(
            "etcd_disk_backend_snapshot_duration_seconds", "Durations of streaming a snapshot.")
        .histogram(backendSnapshot);
    out.histogram("etcd_disk_backend_defrag_duration_seconds", "Durations of defragmentations.")
        .histogram(defrag);
    out.histogram(
            "etcd_snap_db_save_total_duration_seconds", "Durations of saving received snapshots.")
        .histogram(snapshotSave);
    out.histogram("etcd_snap_db_fsync_duration_seconds", "Durations of syncs of them.")
        .histogram(snapshotFsync);
    out.gauge("etcd_disk_defrag_inflight", "Whether a defragmentation is running.")
        .value(defragInFlight.get());
  }
}
