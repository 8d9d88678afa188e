package dev.keelson.node;

import dev.keelson.kv.member.Members;
import dev.keelson.node.env.Environment;
import dev.keelson.node.peer.Transport;

/**
 * Shortens the first wait for a leader after a start, as etcd's {@code adjustTicks}: a member that
 * reaches several others has had the chance to hear of a leader, so all but two ticks of the
 * election timeout are skipped. Two are left for a heartbeat that is on its way.
 */
final class FirstElection {
  private static final long LOOK_MILLIS = 50;
  private static final long PATIENCE_MILLIS = 5000;
  private static final int PEERS_MIN = 2;
  private static final int TICKS_LEFT = 2;

  private final Environment environment;
  private final long memberId;
  private final Members members;
  private final Transport transport;
  private final Consensus consensus;
  private final MemberSettings settings;

  FirstElection(
      Environment environment,
      long memberId,
      Members members,
      Transport transport,
      Consensus consensus,
      MemberSettings settings) {
    this.environment = environment;
    this.memberId = memberId;
    this.members = members;
    this.transport = transport;
    this.consensus = consensus;
    this.settings = settings;
  }

  void begin() {
    if (members.all().size() > 1) {
      look(0);
    }
  }

  private void look(long waitedMillis) {
    if (waitedMillis >= PATIENCE_MILLIS || consensus.standing().hasLeader()) {
      return;
    }
    long reached =
        members.all().stream()
            .filter(each -> each.getID() != memberId)
            .filter(each -> transport.connectedMillis(each.getID()) >= 0)
            .count();
    if (reached >= PEERS_MIN) {
      consensus.submit(this::skip);
    } else {
      var _ = environment.after(LOOK_MILLIS, () -> look(waitedMillis + LOOK_MILLIS));
    }
  }

  private void skip() {
    for (int i = TICKS_LEFT;
        i < settings.electionTicks() && !consensus.standing().hasLeader();
        i++) {
      consensus.loop().tick();
    }
  }
}
