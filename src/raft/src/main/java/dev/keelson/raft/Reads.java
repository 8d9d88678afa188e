package dev.keelson.raft;

/** Linearizable reads without writing to the log (dissertation §6.4), always by a quorum round. */
final class Reads {
  private final RaftState state;
  private final Replication replication;

  Reads(RaftState state, Replication replication) {
    this.state = state;
    this.replication = replication;
  }

  /** Takes a read at the leader, from its own or another member's client. */
  void request(long from, long requestId) {
    // Even a member that is a quorum by itself waits for the entry that opens its term: its commit
    // index on disk may lag behind what it acknowledged before a restart.
    if (!state.hasCommittedInTerm()) {
      state.reads.postpone(from, requestId);
    } else {
      state.reads.add(from, requestId, state.log.committed());
      if (state.peers.isOwnQuorum()) {
        releaseConfirmed();
      }
    }
  }

  /** The commit index has moved. */
  void commitMoved() {
    if (state.isLeader() && state.hasCommittedInTerm()) {
      state.reads.admitPostponed(state.log.committed());
      releaseConfirmed();
    }
  }

  /** Begins a round if reads wait and none is under way. */
  void beginRoundIfWanted() {
    if (state.isLeader() && state.reads.wantsRound()) {
      state.reads.beginRound();
      replication.broadcastHeartbeat();
    }
  }

  /** Before a periodic heartbeat: gives up on answers that may be lost and asks for all reads. */
  void renewRound() {
    if (state.reads.hasReadsForNextRound()) {
      state.reads.beginRound();
    }
  }

  /** Answers the reads a quorum has confirmed; also after a change of the configuration. */
  void releaseConfirmed() {
    if (state.peers.isOwnQuorum()) {
      state.reads.release(Long.MAX_VALUE, this::answer);
    } else {
      state.reads.release(state.peers.confirmedRound(state.reads.round()), this::answer);
    }
  }

  private void answer(ReadQueue.PendingRead read) {
    if (read.from() == state.id()) {
      state.outbox.answerRead(new ReadState(read.requestId(), read.index()));
    } else {
      state.outbox.send(
          new Message.ReadIndexResponse(
              state.id(), read.from(), state.term, read.index(), read.requestId()));
    }
  }
}
