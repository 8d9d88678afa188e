package dev.keelson.raft;

/**
 * A snapshot has arrived in full (Raft §7). Its configuration comes into force when it is installed
 * ({@link Raft#appended}): until then membership changes handed out earlier may still be applied,
 * and they belong on top of the present one.
 */
final class InstallSnapshotHandler {
  private final RaftState state;
  private final Roles roles;

  InstallSnapshotHandler(RaftState state, Roles roles) {
    this.state = state;
    this.roles = roles;
  }

  void handle(Message.InstallSnapshot m) throws InvalidMessageException {
    roles.heardFromLeader(m);
    long agreed = restore(m.snapshot()) ? state.log.lastIndex() : state.log.committed();
    state.outbox.sendAfterAppend(
        new Message.AppendResponse(state.id(), m.from(), state.term, agreed, false, 0, 0));
  }

  /** Replaces the log, unless the snapshot has nothing new. */
  private boolean restore(SnapshotMetadata snapshot) {
    RaftLog log = state.log;
    if (snapshot.index() <= log.committed()) {
      return false;
    }
    if (log.matches(snapshot.index(), snapshot.term())) {
      // The log has it all; only the commit index was behind (Raft figure 13, step 6).
      log.commitTo(snapshot.index());
      return false;
    }
    log.restore(snapshot);
    return true;
  }
}
