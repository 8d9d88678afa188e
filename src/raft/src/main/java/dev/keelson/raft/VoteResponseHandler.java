package dev.keelson.raft;

/** A voter answers (Raft §5.2). */
final class VoteResponseHandler {
  private final RaftState state;
  private final Elections elections;

  VoteResponseHandler(RaftState state, Elections elections) {
    this.state = state;
    this.elections = elections;
  }

  void handle(Message.VoteResponse m) {
    boolean awaited =
        m.preVote()
            ? state.role == Role.PRE_CANDIDATE && (m.reject() || m.term() == state.term + 1)
            : state.role == Role.CANDIDATE;
    if (awaited) {
      elections.count(m.from(), !m.reject());
    }
  }
}
