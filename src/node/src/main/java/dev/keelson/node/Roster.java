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
  private final List<Member> hints;

  Roster(long memberId, Members members, Transport transport, List<Member> hints) {
    this.memberId = memberId;
    this.members = members;
    this.transport = transport;
    this.hints = hints;
  }

  /** The membership may have changed. */
  void refresh() {
    Map<Long, List<String>> peers = new TreeMap<>(Long::compareUnsigned);
    if (members.find(memberId) == null && !members.isRemoved(memberId)) {
      hints.forEach(each -> put(peers, each));
    }
    members.all().forEach(each -> put(peers, each));
    transport.setPeers(peers);
  }

  private void put(Map<Long, List<String>> peers, Member member) {
    if (member.getID() != memberId) {
      peers.put(member.getID(), List.copyOf(member.getRaftAttributes().getPeerUrlsList()));
    }
  }
}
