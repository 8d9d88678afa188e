package dev.keelson.raft;

import dev.keelson.raft.tracker.Progress;
import dev.keelson.raft.tracker.ProgressState;
import java.util.List;

/** A leader's side of log replication (Raft §5.3): what to send to whom, and what is committed. */
final class Replication {
  private final RaftState state;

  Replication(RaftState state) {
    this.state = state;
  }

  /** Sends everyone what it lacks, or at least the commit index. */
  void broadcastAppend() {
    state.peers.all().forEach((id, _) -> sendAppend(id));
  }

  /** Sends {@code to} what it lacks, or at least the commit index, unless it is paused. */
  void sendAppend(long to) {
    maybeSendAppend(to, true);
  }

  /** Sends {@code to} as much of what it lacks as its window takes. */
  void fillWindow(long to) {
    while (maybeSendAppend(to, false)) {
      // One append per round.
    }
  }

  private boolean maybeSendAppend(long to, boolean evenIfEmpty) {
    Progress progress = state.peers.get(to);
    if (to == state.id() || progress == null || progress.isPaused()) {
      return false;
    }
    long prevIndex = progress.next() - 1;
    long prevTerm = state.log.term(prevIndex);
    if (progress.next() < state.log.firstIndex() || prevTerm == RaftLog.UNKNOWN_TERM) {
      return sendSnapshot(to, progress);
    }
    // A full window still lets an empty append pass: if everything in it was lost, the answer to
    // that tells.
    List<Entry> entries =
        progress.isWindowFull()
            ? List.of()
            : state.log.entries(
                progress.next(), state.log.lastIndex() + 1, state.config.maxMessageBytes());
    if (entries.isEmpty() && !evenIfEmpty) {
      return false;
    }
    long commit = state.log.committed();
    state.outbox.send(
        new Message.AppendRequest(
            state.id(), to, state.term, prevIndex, prevTerm, entries, commit));
    progress.sentEntries(entries.size(), payloadBytes(entries));
    progress.sentCommit(commit);
    return true;
  }

  private boolean sendSnapshot(long to, Progress progress) {
    // A snapshot is too costly to be sent to someone who may not be there.
    if (!progress.recentlyActive()) {
      return false;
    }
    SnapshotMetadata snapshot = state.log.snapshot();
    if (snapshot.index() == 0 || snapshot.index() < state.log.firstIndex() - 1) {
      return false;
    }
    progress.becomeSnapshot(snapshot.index());
    state.outbox.send(new Message.InstallSnapshot(state.id(), to, state.term, snapshot));
    return true;
  }

  /** Tells everyone that the leader lives, with the read round under way. */
  void broadcastHeartbeat() {
    state.peers.all().forEach(this::sendHeartbeat);
  }

  private void sendHeartbeat(long to, Progress progress) {
    if (to == state.id()) {
      return;
    }
    // The follower may not have, or may have something else for, what is beyond its match.
    long commit = Math.min(progress.match(), state.log.committed());
    state.outbox.send(
        new Message.Heartbeat(state.id(), to, state.term, commit, state.reads.round()));
    progress.sentCommit(commit);
  }

  /**
   * Commits what a quorum has made durable, but only up to an entry of the own term (Raft §5.4.2).
   *
   * @return whether the commit index moved
   */
  boolean maybeCommit() {
    long index = state.peers.committedIndex();
    if (index <= state.log.committed() || state.log.term(index) != state.term) {
      return false;
    }
    state.log.commitTo(index);
    return true;
  }

  /** Tells a follower whose log is complete to take over. */
  void sendTimeoutNow(long to) {
    state.outbox.send(new Message.TimeoutNow(state.id(), to, state.term));
  }

  /** Whether {@code to} has everything the leader has. */
  boolean isComplete(Progress progress) {
    return progress.state() != ProgressState.SNAPSHOT && progress.match() == state.log.lastIndex();
  }

  static long payloadBytes(List<Entry> entries) {
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      bytes += entries.get(i).data().length;
    }
    return bytes;
  }
}
