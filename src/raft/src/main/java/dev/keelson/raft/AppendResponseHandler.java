package dev.keelson.raft;

import dev.keelson.raft.tracker.Progress;
import dev.keelson.raft.tracker.ProgressState;

/** A follower acknowledges or rejects what the leader sent (Raft §5.3). */
final class AppendResponseHandler {
  private final RaftState state;
  private final Replication replication;
  private final Reads reads;

  AppendResponseHandler(RaftState state, Replication replication, Reads reads) {
    this.state = state;
    this.replication = replication;
    this.reads = reads;
  }

  void handle(Message.AppendResponse m) {
    Progress progress = state.peers.get(m.from());
    if (!state.isLeader() || progress == null) {
      return;
    }
    progress.recentlyActive(true);
    if (m.reject()) {
      rejected(m, progress);
    } else {
      accepted(m, progress);
    }
  }

  private void rejected(Message.AppendResponse m, Progress progress) {
    // The follower has hintTerm at hintIndex; where our own terms are above it, the logs differ.
    long hint =
        m.hintTerm() > 0
            ? state.log.lastIndexWithTermAtMost(m.hintIndex(), m.hintTerm())
            : m.hintIndex();
    if (progress.maybeDecrement(m.index(), hint)) {
      if (progress.state() == ProgressState.REPLICATE) {
        progress.becomeProbe();
      }
      replication.sendAppend(m.from());
    }
  }

  private void accepted(Message.AppendResponse m, Progress progress) {
    boolean probeAnswered =
        progress.state() == ProgressState.PROBE && progress.match() == m.index();
    if (!progress.maybeUpdate(m.index()) && !probeAnswered) {
      return;
    }
    switch (progress.state()) {
      case PROBE -> progress.becomeReplicate();
      case REPLICATE -> progress.freeInflightsUpTo(m.index());
      case SNAPSHOT -> {
        // Whatever became of the snapshot: the log can take over from here.
        if (progress.match() + 1 >= state.log.firstIndex()) {
          progress.becomeReplicate();
        } else if (progress.match() >= progress.pendingSnapshot()) {
          // It has arrived, but the log has been compacted beyond it: another one is needed.
          progress.becomeProbe();
        }
      }
    }
    if (replication.maybeCommit()) {
      reads.commitMoved();
      replication.broadcastAppend();
    } else if (progress.canBumpCommit(state.log.committed())) {
      replication.sendAppend(m.from());
    }
    replication.fillWindow(m.from());
    if (m.from() == state.transferee && replication.isComplete(progress)) {
      replication.sendTimeoutNow(m.from());
    }
  }
}
