package dev.keelson.node.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

/**
 * Traffic with other members. The transport asks once for each peer's counters and increments them
 * where things happen.
 */
public final class NetworkMetrics {
  private final ConcurrentHashMap<Long, Peer> peers = new ConcurrentHashMap<>();

  NetworkMetrics() {}

  /** The counters of one other member. */
  public static final class Peer {
    /** Bytes of messages sent. */
    public final LongAdder sentBytes = new LongAdder();

    /** Messages that could not be sent; an alert for lost members watches it. */
    public final LongAdder sentFailures = new LongAdder();

    /** Bytes of messages received. */
    public final LongAdder receivedBytes = new LongAdder();

    /** Messages that could not be received. */
    public final LongAdder receivedFailures = new LongAdder();

    /** Times that the connection was lost. */
    public final LongAdder disconnected = new LongAdder();

    /** Durations between a probe and its answer. */
    public final Histogram roundTrip = Histogram.exponential(0.0001, 2, 16);

    /** Snapshots sent to it. */
    public final LongAdder snapshotsSent = new LongAdder();

    /** Snapshots that could not be sent to it. */
    public final LongAdder snapshotSendFailures = new LongAdder();

    /** Durations of sending it a snapshot. */
    public final Histogram snapshotSend = Histogram.exponential(0.1, 2, 10);

    /** Snapshots on their way to it; at most one. */
    public final LongAdder snapshotSends = new LongAdder();

    /** Snapshots received from it. */
    public final LongAdder snapshotsReceived = new LongAdder();

    /** Snapshots that could not be received from it. */
    public final LongAdder snapshotReceiveFailures = new LongAdder();

    /** Durations of receiving a snapshot from it. */
    public final Histogram snapshotReceive = Histogram.exponential(0.1, 2, 10);

    /** Snapshots on their way from it; at most one. */
    public final LongAdder snapshotReceptions = new LongAdder();

    private final String id;
    private volatile boolean active;

    private Peer(long id) {
      this.id = Long.toHexString(id);
    }

    /** Messages reach it from now on. */
    public void connected() {
      active = true;
    }

    /** Messages do not reach it; a connection that was there is counted as lost. */
    public void unconnected() {
      if (active) {
        active = false;
        disconnected.increment();
      }
    }
  }

  /** The counters of a member, made when first asked for. */
  public Peer peer(long memberId) {
    return peers.computeIfAbsent(memberId, Peer::new);
  }

  /** A member is gone for good; its counters are no longer shown. */
  public void forget(long memberId) {
    peers.remove(memberId);
  }

  void write(PrometheusText out, String local) {
    List<Peer> sorted =
        peers.values().stream().sorted(Comparator.comparing((Peer peer) -> peer.id)).toList();
    counter(
        out,
        sorted,
        "peer_sent_bytes_total",
        "Bytes sent to a member.",
        "To",
        peer -> peer.sentBytes.sum());
    counter(
        out,
        sorted,
        "peer_sent_failures_total",
        "Messages not sent to a member.",
        "To",
        peer -> peer.sentFailures.sum());
    counter(
        out,
        sorted,
        "peer_received_bytes_total",
        "Bytes received from a member.",
        "From",
        peer -> peer.receivedBytes.sum());
    counter(
        out,
        sorted,
        "peer_received_failures_total",
        "Failed receptions from a member.",
        "From",
        peer -> peer.receivedFailures.sum());
    counter(
        out,
        sorted,
        "snapshot_send_success",
        "Snapshots sent to a member.",
        "To",
        peer -> peer.snapshotsSent.sum());
    counter(
        out,
        sorted,
        "snapshot_send_failures",
        "Snapshots not sent to a member.",
        "To",
        peer -> peer.snapshotSendFailures.sum());
    counter(
        out,
        sorted,
        "snapshot_receive_success",
        "Snapshots received from a member.",
        "From",
        peer -> peer.snapshotsReceived.sum());
    counter(
        out,
        sorted,
        "snapshot_receive_failures",
        "Snapshots lost from a member.",
        "From",
        peer -> peer.snapshotReceiveFailures.sum());
    PrometheusText.Family trips =
        out.histogram(
            "etcd_network_peer_round_trip_time_seconds", "Round trips to a member and back.");
    sorted.forEach(peer -> trips.histogram(peer.roundTrip, "To", peer.id));
    PrometheusText.Family sends =
        out.histogram(
            "etcd_network_snapshot_send_total_duration_seconds",
            "Durations of sending a snapshot to a member.");
    sorted.forEach(peer -> sends.histogram(peer.snapshotSend, "To", peer.id));
    PrometheusText.Family receptions =
        out.histogram(
            "etcd_network_snapshot_receive_total_duration_seconds",
            "Durations of receiving a snapshot from a member.");
    sorted.forEach(peer -> receptions.histogram(peer.snapshotReceive, "From", peer.id));
    gauge(
        out,
        sorted,
        "snapshot_send_inflights_total",
        "Snapshots on their way to a member.",
        "To",
        peer -> peer.snapshotSends.sum());
    gauge(
        out,
        sorted,
        "snapshot_receive_inflights_total",
        "Snapshots on their way from a member.",
        "From",
        peer -> peer.snapshotReceptions.sum());
    connections(out, sorted, local);
  }

  private static void connections(PrometheusText out, List<Peer> peers, String local) {
    PrometheusText.Family known = out.gauge("etcd_network_known_peers", "Members that are known.");
    peers.forEach(peer -> known.value(1, "Local", local, "Remote", peer.id));
    PrometheusText.Family active =
        out.gauge("etcd_network_active_peers", "Members that are connected.");
    peers.forEach(peer -> active.value(peer.active ? 1 : 0, "Local", local, "Remote", peer.id));
    PrometheusText.Family lost =
        out.counter("etcd_network_disconnected_peers_total", "Connections lost.");
    peers.forEach(peer -> lost.value(peer.disconnected.sum(), "Local", local, "Remote", peer.id));
  }

  private static void counter(
      PrometheusText out,
      List<Peer> peers,
      String name,
      String help,
      String direction,
      ToLongFunction<Peer> count) {
    each(out.counter("etcd_network_" + name, help), peers, direction, count);
  }

  private static void gauge(
      PrometheusText out,
      List<Peer> peers,
      String name,
      String help,
      String direction,
      ToLongFunction<Peer> count) {
    each(out.gauge("etcd_network_" + name, help), peers, direction, count);
  }

  private static void each(
      PrometheusText.Family family,
      List<Peer> peers,
      String direction,
      ToLongFunction<Peer> count) {
    peers.forEach(peer -> family.value(count.applyAsLong(peer), direction, peer.id));
  }
}
