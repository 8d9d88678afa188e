package dev.keelson.raft;

/** The leader hands over: campaign at once, without a pre-vote (dissertation §3.10). */
final class TimeoutNowHandler {
  private final RaftState state;
  private final Elections elections;

  TimeoutNowHandler(RaftState state, Elections elections) {
    this.state = state;
    this.elections = elections;
  }

  void handle(Message.TimeoutNow m) {
    if (state.role == Role.FOLLOWER && state.leader == m.from()) {
      elections.campaignForTransfer();
    }
  }
}
