package dev.keelson.raft;

/** The clock of everyone but a leader: no leader heard from for a random while, an election. */
final class ElectionTimer {
  private final RaftState state;
  private final Elections elections;

  ElectionTimer(RaftState state, Elections elections) {
    this.state = state;
    this.elections = elections;
  }

  void tick() {
    state.electionElapsed++;
    if (state.electionElapsed >= state.electionTimeout && elections.isPromotable()) {
      state.electionElapsed = 0;
      elections.campaign();
    }
  }
}
