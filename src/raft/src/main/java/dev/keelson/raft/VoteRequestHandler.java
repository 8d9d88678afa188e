package dev.keelson.raft;

/** A candidate asks for a vote, or a would-be candidate whether it would get it (Raft §5.2). */
final class VoteRequestHandler {
  private final RaftState state;

  VoteRequestHandler(RaftState state) {
    this.state = state;
  }

  void handle(Message.VoteRequest m) {
    boolean free =
        state.vote == m.from()
            || (state.vote == 0 && state.leader == 0)
            || (m.preVote() && m.term() > state.term);
    // Learners vote too: a candidate that asks one knows of its promotion before it does.
    boolean granted = free && state.log.isUpToDate(m.lastIndex(), m.lastTerm());
    if (m.preVote()) {
      // A promise of nothing. When granted it carries the term asked about, as ours may be older.
      long term = granted ? m.term() : state.term;
      state.outbox.send(new Message.VoteResponse(state.id(), m.from(), term, true, !granted));
    } else if (granted) {
      state.electionElapsed = 0;
      state.vote = m.from();
      state.outbox.sendAfterAppend(
          new Message.VoteResponse(state.id(), m.from(), state.term, false, false));
    } else {
      state.outbox.send(new Message.VoteResponse(state.id(), m.from(), state.term, false, true));
    }
  }
}
