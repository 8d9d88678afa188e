package dev.keelson.raft;

import dev.keelson.raft.tracker.Progress;
import dev.keelson.raft.tracker.ProgressState;

/** A follower is there: it may be sent what it lacks, and it confirms the reads of a round. */
final class HeartbeatResponseHandler {
  private final RaftState state;
  private final Replication replication;
  private final Reads reads;

  HeartbeatResponseHandler(RaftState state, Replication replication, Reads reads) {
    this.state = state;
    this.replication = replication;
    this.reads = reads;
  }

  void handle(Message.HeartbeatResponse m) {
    Progress progress = state.peers.get(m.from());
    if (!state.isLeader() || progress == null) {
      return;
    }
    progress.recentlyActive(true);
    progress.resume();
    if (progress.match() < state.log.lastIndex() || progress.state() == ProgressState.PROBE) {
      replication.sendAppend(m.from());
    }
    if (m.round() > progress.confirmedRound()) {
      progress.confirmRound(m.round());
      reads.releaseConfirmed();
    }
  }
}
