package dev.keelson.node.peer;

import dev.keelson.node.env.Environment;
import java.util.List;

/** What all connections of one member share. */
record PeerContext(
    PeerSettings settings,
    Environment environment,
    Dialer dialer,
    long clusterId,
    long memberId,
    Receiver receiver) {
  /** Where the others reach this member, as its list of members says. */
  List<String> ownUrls() {
    return receiver.describe().getMembersList().stream()
        .filter(member -> member.getID() == memberId)
        .flatMap(member -> member.getPeerURLsList().stream())
        .toList();
  }
}
