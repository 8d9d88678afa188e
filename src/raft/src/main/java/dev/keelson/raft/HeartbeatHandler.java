package dev.keelson.raft;

/** The leader lives and says what is committed of what this member has. */
final class HeartbeatHandler {
  private final RaftState state;
  private final Roles roles;

  HeartbeatHandler(RaftState state, Roles roles) {
    this.state = state;
    this.roles = roles;
  }

  void handle(Message.Heartbeat m) throws InvalidMessageException {
    roles.heardFromLeader(m);
    state.log.commitTo(m.commit());
    state.outbox.send(new Message.HeartbeatResponse(state.id(), m.from(), state.term, m.round()));
  }
}
