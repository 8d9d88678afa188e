package dev.keelson.node;

import dev.keelson.kv.member.Members;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.membershippb.Member;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells the transport who the other members are. Until the log has told this member who belongs to
 * the cluster it joins, those it was told of by the others.
 */
final class Roster {
  private final long memberId;
  private final Members members;
  private final Transport transport;
  private volatile List<dev.keelson.proto.etcdserverpb.Member> hints = List.of();

  Roster(long memberId, Members members, Transport transport) {
    this.memberId = memberId;
    this.members = members;
    this.transport = transport;
  }

  /** Whether the log has told this member that it belongs to the cluster, or did once. */
  boolean isSettled() {
    return members.find(memberId) != null || members.isRemoved(memberId);
  }

  /** Takes the others at their word until the log tells. */
  void hint(List<dev.keelson.proto.etcdserverpb.Member> others) {
    hints = List.copyOf(others);
    refresh();
  }

  /** The membership may have changed. Thread-safe. */
  synchronized void refresh() {
    Map<Long, List<String>> peers = new TreeMap<>(Long::compareUnsigned);
    if (!isSettled()) {
      hints.forEach(each -> peers.put(each.getID(), List.copyOf(each.getPeerURLsList())));
    }
    for (Member each : members.all()) {
      peers.put(each.getID(), List.copyOf(each.getRaftAttributes().getPeerUrlsList()));
    }
    peers.remove(memberId);
    transport.setPeers(peers);
  }
}
