package dev.keelson.raft;

/** A leader sends entries (Raft §5.3, figure 2 "AppendEntries RPC"). */
final class AppendRequestHandler {
  private final RaftState state;
  private final Roles roles;

  AppendRequestHandler(RaftState state, Roles roles) {
    this.state = state;
    this.roles = roles;
  }

  void handle(Message.AppendRequest m) throws InvalidMessageException {
    roles.heardFromLeader(m);
    RaftLog log = state.log;
    if (m.prevIndex() < log.committed()) {
      // Out of date: what is committed agrees in any case.
      accept(m, log.committed());
    } else if (log.matches(m.prevIndex(), m.prevTerm())) {
      log.appendFromLeader(m.entries());
      long agreed = m.prevIndex() + m.entries().size();
      log.commitTo(Math.min(m.commit(), agreed));
      accept(m, agreed);
    } else {
      reject(m);
    }
  }

  private void accept(Message.AppendRequest m, long index) {
    state.outbox.sendAfterAppend(
        new Message.AppendResponse(state.id(), m.from(), state.term, index, false, 0, 0));
  }

  /**
   * The hint skips whatever cannot agree because its term is above {@code prevTerm}, so that the
   * leader needs one probe per term, not per entry (end of Raft §5.3). A rejection promises nothing
   * and need not wait for the disk.
   */
  private void reject(Message.AppendRequest m) {
    RaftLog log = state.log;
    long hint = log.lastIndexWithTermAtMost(Math.min(m.prevIndex(), log.lastIndex()), m.prevTerm());
    long hintTerm = Math.max(0, log.term(hint));
    state.outbox.send(
        new Message.AppendResponse(
            state.id(), m.from(), state.term, m.prevIndex(), true, hint, hintTerm));
  }
}
