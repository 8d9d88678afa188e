package dev.keelson.raft;

import dev.keelson.raft.tracker.Progress;

/**
 * The changes of term and role. The legal ones (Raft §5.1, figure 4; dissertation §9.6):
 *
 * <pre>
 *   FOLLOWER      -> PRE_CANDIDATE   election timeout, with pre-vote
 *   FOLLOWER      -> CANDIDATE       election timeout without pre-vote, or told to by the leader
 *   PRE_CANDIDATE -> CANDIDATE       a quorum would vote for it; next term
 *   PRE_CANDIDATE -> PRE_CANDIDATE   election timeout
 *   CANDIDATE     -> PRE_CANDIDATE   election timeout, with pre-vote
 *   CANDIDATE     -> CANDIDATE       election timeout; next term
 *   CANDIDATE     -> LEADER          a quorum voted for it
 *   any           -> FOLLOWER        a higher term, a leader of the same term, a lost election;
 *                                    for a leader, no quorum heard from or removed
 * </pre>
 */
final class Roles {
  private final RaftState state;

  Roles(RaftState state) {
    this.state = state;
  }

  private void reset(long term) {
    if (term < state.term) {
      throw new IllegalStateException("term would fall from " + state.term + " to " + term);
    }
    if (term != state.term) {
      state.term = term;
      state.vote = 0;
    }
    state.leader = 0;
    state.electionElapsed = 0;
    state.heartbeatElapsed = 0;
    state.drawElectionTimeout();
    state.transferee = 0;
    state.pendingConfIndex = 0;
    state.uncommittedBytes = 0;
    state.reads.clear();
    state.peers.reset(state.log.lastIndex(), state.log.stableIndex());
  }

  /** Follows {@code leader} in {@code term}; 0 if it is not known yet. */
  void becomeFollower(long term, long leader) {
    reset(term);
    state.role = Role.FOLLOWER;
    state.leader = leader;
  }

  /** Begins to ask around; neither term nor vote change. */
  void becomePreCandidate() {
    require(state.role != Role.LEADER, Role.PRE_CANDIDATE);
    reset(state.term);
    state.role = Role.PRE_CANDIDATE;
  }

  /** Begins the next term with a vote for itself. */
  void becomeCandidate() {
    require(state.role != Role.LEADER, Role.CANDIDATE);
    reset(state.term + 1);
    state.role = Role.CANDIDATE;
    state.vote = state.id();
  }

  /** Leads the term. The caller appends the entry that opens it. */
  void becomeLeader() {
    require(state.role == Role.CANDIDATE, Role.LEADER);
    reset(state.term);
    state.role = Role.LEADER;
    state.leader = state.id();
    Progress own = state.ownProgress();
    if (own == null) {
      throw new IllegalStateException(
          "member "
              + state.id()
              + " won term "
              + state.term
              + " without being in "
              + state.peers.confState());
    }
    own.becomeReplicate();
    // Some entry of the tail may be a membership change; better to wait for all of it than to read
    // it through.
    state.pendingConfIndex = state.log.lastIndex();
  }

  private void require(boolean legal, Role target) {
    if (!legal) {
      throw new IllegalStateException(
          "no way from " + state.role + " to " + target + " in term " + state.term);
    }
  }

  /** Takes note of the leader of the present term that {@code message} comes from. */
  void heardFromLeader(Message message) throws InvalidMessageException {
    long from = message.from();
    if (state.isLeader() || (state.leader != 0 && state.leader != from)) {
      throw new InvalidMessageException("second leader of a term", message, state);
    }
    if (state.role != Role.FOLLOWER || state.leader == 0) {
      becomeFollower(state.term, from);
    }
    state.electionElapsed = 0;
  }
}
