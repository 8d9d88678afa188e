package dev.keelson.raft;

import dev.keelson.raft.quorum.VoteResult;
import java.util.List;

/** Campaigns and the counting of their votes (Raft §5.2, dissertation §9.6). */
final class Elections {
  private static final long SCAN_BYTES = 1 << 20;

  private final RaftState state;
  private final Roles roles;
  private final Proposals proposals;
  private final Replication replication;

  Elections(RaftState state, Roles roles, Proposals proposals, Replication replication) {
    this.state = state;
    this.roles = roles;
    this.proposals = proposals;
    this.replication = replication;
  }

  /** Whether this member may stand: it has a vote, and no snapshot is being installed. */
  boolean isPromotable() {
    return state.peers.isVoter(state.id()) && !state.log.hasUnstableSnapshot();
  }

  /** Stands for election as configured, after a timeout or on request. */
  void campaign() {
    if (!mayCampaign()) {
      return;
    }
    if (state.config.preVote()) {
      askForPreVotes();
    } else {
      askForVotes(false);
    }
  }

  /** Stands for election at once because the leader hands over. */
  void campaignForTransfer() {
    if (mayCampaign()) {
      askForVotes(true);
    }
  }

  private boolean mayCampaign() {
    return !state.isLeader() && isPromotable() && !hasUnappliedConfChange();
  }

  /**
   * A committed membership change that is not applied here may already bind the others: who stands
   * by the old configuration could win with a quorum that is none any more.
   */
  private boolean hasUnappliedConfChange() {
    long next = state.log.applied() + 1;
    while (next <= state.log.committed()) {
      List<Entry> page = state.log.entries(next, state.log.committed() + 1, SCAN_BYTES);
      for (Entry entry : page) {
        if (entry.type() != EntryType.NORMAL) {
          return true;
        }
      }
      next = page.getLast().index() + 1;
    }
    return false;
  }

  private void askForPreVotes() {
    roles.becomePreCandidate();
    for (Long id : state.peers.confState().allVoters()) {
      if (id != state.id()) {
        state.outbox.send(request(id, state.term + 1, true, false));
      }
    }
    count(state.id(), true);
  }

  private void askForVotes(boolean transfer) {
    roles.becomeCandidate();
    for (Long id : state.peers.confState().allVoters()) {
      if (id != state.id()) {
        state.outbox.sendAfterAppend(request(id, state.term, false, transfer));
      }
    }
    // The own vote counts when it is durable: see ownVoteDurable.
  }

  private Message request(long to, long term, boolean preVote, boolean transfer) {
    return new Message.VoteRequest(
        state.id(), to, term, state.log.lastIndex(), state.log.lastTerm(), preVote, transfer);
  }

  /** The vote for itself in the present term is on disk. */
  void ownVoteDurable() {
    if (state.role == Role.CANDIDATE) {
      count(state.id(), true);
    }
  }

  /** Counts a vote or a pre-vote, whichever is being asked for, and acts on what it decides. */
  void count(long from, boolean granted) {
    VoteResult result = state.peers.recordVote(from, granted);
    switch (result) {
      case WON -> {
        if (state.role == Role.PRE_CANDIDATE) {
          askForVotes(false);
        } else {
          roles.becomeLeader();
          proposals.openTerm();
          replication.broadcastAppend();
        }
      }
      case LOST -> roles.becomeFollower(state.term, 0);
      case PENDING -> {}
    }
  }
}
