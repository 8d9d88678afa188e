package dev.keelson.node;

import dev.keelson.kv.member.Members;
import dev.keelson.node.env.Environment;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.membershippb.Member;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Tells the transport who the other members are. Until the log has told this member who belongs to
 * the cluster it joins, those it was told of by the others. Who was removed is kept for a moment,
 * so that the message that tells it still goes out.
 */
final class Roster {
  private final Environment environment;
  private final long memberId;
  private final Members members;
  private final Transport transport;
  private final long farewellMillis;
  private final Map<Long, Departing> departing = new TreeMap<>();
  private Map<Long, List<String>> present = new TreeMap<>();
  private List<dev.keelson.proto.etcdserverpb.Member> hints = List.of();

  private record Departing(List<String> urls, long untilNanos) {}

  /**
   * Creates the roster.
   *
   * @param farewellMillis how long a member that was removed is still reached
   */
  Roster(
      Environment environment,
      long memberId,
      Members members,
      Transport transport,
      long farewellMillis) {
    this.environment = environment;
    this.memberId = memberId;
    this.members = members;
    this.transport = transport;
    this.farewellMillis = farewellMillis;
  }

  /** Whether the log has told this member that it belongs to the cluster, or did once. */
  boolean isSettled() {
    return members.find(memberId) != null || members.isRemoved(memberId);
  }

  /** Takes the others at their word until the log tells. */
  synchronized void hint(List<dev.keelson.proto.etcdserverpb.Member> others) {
    hints = List.copyOf(others);
    refresh();
  }

  /** The membership may have changed. Thread-safe. */
  synchronized void refresh() {
    Map<Long, List<String>> now = new TreeMap<>();
    if (!isSettled()) {
      hints.forEach(each -> now.put(each.getID(), List.copyOf(each.getPeerURLsList())));
    }
    for (Member each : members.all()) {
      now.put(each.getID(), List.copyOf(each.getRaftAttributes().getPeerUrlsList()));
    }
    now.remove(memberId);
    long nanos = environment.nanoTime();
    departing.values().removeIf(each -> nanos - each.untilNanos() >= 0);
    present.forEach(
        (id, urls) -> {
          if (!now.containsKey(id) && !members.isRemoved(id)) {
            // the log has not come that far: others must not be told that it was removed
            now.put(id, urls);
          } else if (!now.containsKey(id)) {
            departing.put(
                id, new Departing(urls, nanos + TimeUnit.MILLISECONDS.toNanos(farewellMillis)));
            var _ = environment.after(farewellMillis + 1, this::refresh);
          }
        });
    present = now;
    Map<Long, List<String>> reached = new TreeMap<>(now);
    departing.forEach((id, each) -> reached.putIfAbsent(id, each.urls()));
    transport.setPeers(reached);
  }
}
