package dev.keelson.raft;

import java.util.List;

/**
 * Refuses what no correct peer sends, before it has any effect: first what is wrong in itself, then
 * what contradicts the present state of this member's log.
 */
final class MessageValidator {
  /** Beyond any term or index in earnest, and far from overflow. */
  private static final long LIMIT = 1L << 62;

  private final RaftState state;

  MessageValidator(RaftState state) {
    this.state = state;
  }

  void check(Message m) throws InvalidMessageException {
    require(m.to() == state.id() && m.from() != 0 && m.from() != state.id(), "misdirected", m);
    switch (m) {
      case Message.ReadIndexRequest _ -> {}
      case Message.ForwardedProposal proposal -> checkProposed(proposal);
      case Message.AppendRequest append -> {
        checkTerm(m);
        checkAppend(append);
      }
      case Message.AppendResponse response -> {
        checkTerm(m);
        checkAppendResponse(response);
      }
      case Message.VoteRequest request -> {
        checkTerm(m);
        checkPosition(request.lastIndex(), request.lastTerm(), m);
        require(request.lastTerm() < m.term(), "log of the term asked for", m);
      }
      case Message.Heartbeat heartbeat -> {
        checkTerm(m);
        require(heartbeat.round() >= 0 && isIndex(heartbeat.commit()), "out of range", m);
        require(
            m.term() < state.term || heartbeat.commit() <= state.log.lastIndex(),
            "commit index beyond the log",
            m);
      }
      case Message.HeartbeatResponse response -> {
        checkTerm(m);
        require(response.round() >= 0, "out of range", m);
        require(
            !isAnswerToOwnTerm(m) || response.round() <= state.reads.round(),
            "round that has not begun",
            m);
      }
      case Message.InstallSnapshot install -> {
        checkTerm(m);
        SnapshotMetadata snapshot = install.snapshot();
        checkPosition(snapshot.index(), snapshot.term(), m);
        require(snapshot.index() > 0 && snapshot.term() <= m.term(), "out of range", m);
        require(!snapshot.confState().voters().isEmpty(), "snapshot without voters", m);
      }
      case Message.ReadIndexResponse response -> {
        checkTerm(m);
        require(isIndex(response.index()), "out of range", m);
      }
      case Message.VoteResponse _, Message.TimeoutNow _, Message.TransferLeader _ -> checkTerm(m);
    }
  }

  private void checkAppend(Message.AppendRequest m) throws InvalidMessageException {
    checkPosition(m.prevIndex(), m.prevTerm(), m);
    require(isIndex(m.commit()) && m.prevTerm() <= m.term(), "out of range", m);
    List<Entry> entries = m.entries();
    long index = m.prevIndex();
    long term = m.prevTerm();
    for (Entry entry : entries) {
      requireComplete(entry, m);
      index++;
      require(entry.index() == index, "entries are not contiguous", m);
      require(entry.term() >= Math.max(1, term) && entry.term() <= m.term(), "terms fall", m);
      term = entry.term();
    }
    if (m.term() >= state.term) {
      checkAgreesWithCommitted(m.prevIndex(), m.prevTerm(), m);
      for (int i = 0; i < entries.size(); i++) {
        if (entries.get(i).index() > state.log.committed()) {
          break;
        }
        checkAgreesWithCommitted(entries.get(i).index(), entries.get(i).term(), m);
      }
    }
  }

  /** A leader of this term or a later one has everything that is committed (Raft §5.4.3). */
  private void checkAgreesWithCommitted(long index, long term, Message m)
      throws InvalidMessageException {
    if (index <= state.log.committed()) {
      long ours = state.log.term(index);
      require(ours == term || ours == RaftLog.UNKNOWN_TERM, "conflict with what is committed", m);
    }
  }

  private void checkAppendResponse(Message.AppendResponse m) throws InvalidMessageException {
    require(isIndex(m.index()) && isIndex(m.hintIndex()), "out of range", m);
    require(m.hintTerm() >= 0 && m.hintTerm() <= m.term(), "out of range", m);
    require(!m.reject() || m.hintIndex() <= m.index(), "hint beyond what is rejected", m);
    require(
        !isAnswerToOwnTerm(m) || m.index() <= state.log.lastIndex(),
        "acknowledges beyond the log",
        m);
  }

  private void checkProposed(Message.ForwardedProposal m) throws InvalidMessageException {
    require(!m.entries().isEmpty(), "no entries", m);
    for (Entry entry : m.entries()) {
      requireComplete(entry, m);
    }
  }

  /** What a decoder may leave out; the types promise that it does not, the sender may not. */
  @SuppressWarnings("ConstantValue")
  private void requireComplete(Entry entry, Message m) throws InvalidMessageException {
    require(entry != null && entry.type() != null && entry.data() != null, "incomplete entry", m);
  }

  private boolean isAnswerToOwnTerm(Message m) {
    return state.isLeader() && m.term() == state.term;
  }

  private void checkTerm(Message m) throws InvalidMessageException {
    require(m.term() > 0 && m.term() < LIMIT, "term out of range", m);
  }

  /** A place in a log: only the place before the first entry has term 0. */
  private void checkPosition(long index, long term, Message m) throws InvalidMessageException {
    require(isIndex(index) && term >= 0 && (index == 0) == (term == 0), "out of range", m);
  }

  private static boolean isIndex(long index) {
    return index >= 0 && index < LIMIT;
  }

  private void require(boolean condition, String problem, Message m)
      throws InvalidMessageException {
    if (!condition) {
      throw new InvalidMessageException(problem, m, state);
    }
  }
}
