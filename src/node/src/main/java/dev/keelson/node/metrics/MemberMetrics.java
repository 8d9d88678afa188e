package dev.keelson.node.metrics;

/** All counters of one member, by the part that increments them. */
public final class MemberMetrics {
  /** The log and the storage engine. */
  public final DiskMetrics disk = new DiskMetrics();

  /** Leaders and heartbeats. */
  public final ConsensusMetrics consensus = new ConsensusMetrics();

  /** Traffic with other members. */
  public final NetworkMetrics network = new NetworkMetrics();

  /** Keys and leases. */
  public final StoreMetrics store = new StoreMetrics();

  /** Durations of requests. */
  public final RequestMetrics requests = new RequestMetrics();

  /**
   * Writes every counter.
   *
   * @param memberId this member
   */
  public void write(PrometheusText out, long memberId) {
    consensus.write(out);
    requests.write(out);
    disk.write(out);
    store.write(out);
    network.write(out, Long.toHexString(memberId));
  }
}
