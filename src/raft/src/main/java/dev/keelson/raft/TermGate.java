package dev.keelson.raft;

/** What a message's term does before anything else (Raft §5.1). */
final class TermGate {
  private final RaftState state;
  private final Roles roles;

  TermGate(RaftState state, Roles roles) {
    this.state = state;
    this.roles = roles;
  }

  /** Brings the term up to date; false if the message must not be handled. */
  boolean admit(Message m) {
    if (m.term() == 0 || m.term() == state.term) {
      return true;
    }
    return m.term() > state.term ? admitNewer(m) : admitOlder(m);
  }

  private boolean admitNewer(Message m) {
    switch (m) {
      case Message.VoteRequest request -> {
        if (!request.transfer() && isWithinLease()) {
          return false;
        }
        if (!request.preVote()) {
          roles.becomeFollower(m.term(), 0);
        }
      }
      case Message.VoteResponse response -> {
        // A granted pre-vote carries the term we asked about, which nobody has entered yet.
        if (!response.preVote() || response.reject()) {
          roles.becomeFollower(m.term(), 0);
        }
      }
      case Message.AppendRequest _, Message.Heartbeat _, Message.InstallSnapshot _ ->
          roles.becomeFollower(m.term(), m.from());
      case Message.AppendResponse _,
          Message.HeartbeatResponse _,
          Message.TimeoutNow _,
          Message.ReadIndexRequest _,
          Message.ReadIndexResponse _,
          Message.ForwardedProposal _,
          Message.TransferLeader _ ->
          roles.becomeFollower(m.term(), 0);
    }
    return true;
  }

  /** Whether a leader was heard from so recently that no election is due (dissertation §4.2.3). */
  private boolean isWithinLease() {
    return state.config.checkQuorum()
        && state.leader != 0
        && state.electionElapsed < state.config.electionTicks();
  }

  private boolean admitOlder(Message m) {
    switch (m) {
      case Message.AppendRequest _, Message.Heartbeat _ -> {
        // With these options a member that is ahead does not depose the leader by campaigning:
        // an answer of the newer term does, or a member back from a partition would be stuck.
        if (state.config.checkQuorum() || state.config.preVote()) {
          state.outbox.send(
              new Message.AppendResponse(state.id(), m.from(), state.term, 0, false, 0, 0));
        }
      }
      case Message.VoteRequest request -> {
        // Silence could let two would-be candidates of different terms wait for each other.
        if (request.preVote()) {
          state.outbox.send(new Message.VoteResponse(state.id(), m.from(), state.term, true, true));
        }
      }
      case Message.AppendResponse _,
          Message.VoteResponse _,
          Message.HeartbeatResponse _,
          Message.InstallSnapshot _,
          Message.TimeoutNow _,
          Message.ReadIndexRequest _,
          Message.ReadIndexResponse _,
          Message.ForwardedProposal _,
          Message.TransferLeader _ -> {
        // Of a term that is over.
      }
    }
    return false;
  }
}
