package dev.keelson.raft;

/** Another member asks the leader to hand over. */
final class TransferLeaderHandler {
  private final RaftState state;
  private final Membership membership;

  TransferLeaderHandler(RaftState state, Membership membership) {
    this.state = state;
    this.membership = membership;
  }

  void handle(Message.TransferLeader m) {
    if (state.isLeader()) {
      membership.transfer(m.transferee());
    }
  }
}
