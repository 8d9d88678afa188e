package dev.keelson.raft;

/** The clock of a leader: heartbeats, the quorum check, and the end of a transfer's patience. */
final class LeaderTimer {
  private final RaftState state;
  private final Roles roles;
  private final Replication replication;
  private final Membership membership;
  private final Reads reads;

  LeaderTimer(
      RaftState state, Roles roles, Replication replication, Membership membership, Reads reads) {
    this.state = state;
    this.roles = roles;
    this.replication = replication;
    this.membership = membership;
    this.reads = reads;
  }

  void tick() {
    state.heartbeatElapsed++;
    state.electionElapsed++;
    if (state.electionElapsed >= state.config.electionTicks()) {
      state.electionElapsed = 0;
      electionTimeoutPassed();
    }
    if (state.isLeader() && state.heartbeatElapsed >= state.config.heartbeatTicks()) {
      state.heartbeatElapsed = 0;
      reads.renewRound();
      replication.broadcastHeartbeat();
    }
  }

  private void electionTimeoutPassed() {
    if (state.config.checkQuorum() && !state.peers.checkQuorumActive()) {
      roles.becomeFollower(state.term, 0);
      return;
    }
    if (state.transferee != 0) {
      // The transferee did not make it in time; serve on (dissertation §3.10).
      state.transferee = 0;
      membership.leaveJointIfDue();
    }
  }
}
