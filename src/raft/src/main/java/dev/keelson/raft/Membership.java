package dev.keelson.raft;

import dev.keelson.raft.confchange.Changer;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeException;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.raft.tracker.Progress;

/** Brings a configuration into force when its entry is applied (dissertation §4). */
final class Membership {
  private final RaftState state;
  private final Roles roles;
  private final Replication replication;
  private final Proposals proposals;
  private final Reads reads;

  Membership(
      RaftState state, Roles roles, Replication replication, Proposals proposals, Reads reads) {
    this.state = state;
    this.roles = roles;
    this.replication = replication;
    this.proposals = proposals;
    this.reads = reads;
  }

  ConfState apply(ConfChange change) throws ConfChangeException {
    ConfState after = Changer.apply(state.peers.confState(), change);
    configure(after);
    return after;
  }

  /** Takes over the configuration of a snapshot or of the start. */
  void restore(ConfState confState) {
    state.peers.configure(confState, state.log.lastIndex());
  }

  private void configure(ConfState after) {
    state.peers.configure(after, state.log.lastIndex());
    if (!state.isLeader()) {
      return;
    }
    if (!state.peers.isVoter(state.id())) {
      // Removed or demoted: it managed the change to its end and has nothing to lead any more
      // (dissertation §4.2.2).
      roles.becomeFollower(state.term, 0);
      return;
    }
    // The quorum may be smaller now, and newcomers want the log.
    if (replication.maybeCommit()) {
      reads.commitMoved();
      replication.broadcastAppend();
    } else {
      state.peers.all().forEach((id, _) -> replication.fillWindow(id));
    }
    reads.releaseConfirmed();
    if (state.transferee != 0 && !after.isVoter(state.transferee)) {
      state.transferee = 0;
    }
  }

  /** A leader leaves a joint configuration by itself once the change that entered it is applied. */
  void leaveJointIfDue() {
    if (state.isLeader()
        && state.transferee == 0
        && state.peers.confState().autoLeave()
        && state.log.applied() >= state.pendingConfIndex) {
      proposals.leaveJoint();
    }
  }

  /** Hands leadership over, if {@code to} can take it (dissertation §3.10). */
  void transfer(long to) {
    Progress progress = state.peers.get(to);
    if (progress == null || to == state.transferee || !state.peers.isVoter(to)) {
      return;
    }
    state.transferee = 0;
    if (to == state.id()) {
      return;
    }
    state.transferee = to;
    state.electionElapsed = 0;
    if (replication.isComplete(progress)) {
      replication.sendTimeoutNow(to);
    } else {
      replication.sendAppend(to);
    }
  }
}
