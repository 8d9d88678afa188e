package dev.keelson.raft;

import java.util.List;

/**
 * What members tell each other. Each kind maps field for field onto {@code raftpb.Message}; the
 * component names say what the shared fields mean in that kind, and the kind's documentation names
 * the {@code raftpb} type and fields. Ids are never 0.
 */
public sealed interface Message {
  /** The sender. */
  long from();

  /** The receiver. */
  long to();

  /**
   * The sender's term; for a pre-vote the term it would campaign in. 0 for requests that hold in
   * any term.
   */
  long term();

  /**
   * Entries to append behind ({@code prevIndex}, {@code prevTerm}) (Raft §5.3); {@code MsgApp} with
   * index, logTerm, entries, commit.
   *
   * @param commit the leader's commit index
   */
  record AppendRequest(
      long from,
      long to,
      long term,
      long prevIndex,
      long prevTerm,
      List<Entry> entries,
      long commit)
      implements Message {}

  /**
   * The answer to {@link AppendRequest} and {@link InstallSnapshot}; {@code MsgAppResp} with index,
   * reject, rejectHint, logTerm.
   *
   * @param index if accepted, up to where the logs agree, durably; if rejected, the request's
   *     {@code prevIndex}
   * @param hintIndex if rejected, an index at or below which the logs may agree
   * @param hintTerm the follower's term there; 0 if it knows none
   */
  record AppendResponse(
      long from, long to, long term, long index, boolean reject, long hintIndex, long hintTerm)
      implements Message {}

  /**
   * Asks for a vote (Raft §5.2, §5.4.1); {@code MsgVote} or {@code MsgPreVote} with index, logTerm,
   * and the context {@code CampaignTransfer} for {@code transfer}.
   *
   * @param lastIndex the candidate's last index
   * @param lastTerm the term of that entry
   * @param preVote whether it only asks what the answer would be
   * @param transfer whether the leader itself asked for this election, which overrides its lease
   */
  record VoteRequest(
      long from,
      long to,
      long term,
      long lastIndex,
      long lastTerm,
      boolean preVote,
      boolean transfer)
      implements Message {}

  /**
   * The answer to {@link VoteRequest}; {@code MsgVoteResp} or {@code MsgPreVoteResp} with reject. A
   * granted pre-vote carries the term of the request.
   */
  record VoteResponse(long from, long to, long term, boolean preVote, boolean reject)
      implements Message {}

  /**
   * The leader lives; {@code MsgHeartbeat} with commit and context.
   *
   * @param commit at most what the follower is known to have
   * @param round the read round this heartbeat confirms if answered; 0 for none
   */
  record Heartbeat(long from, long to, long term, long commit, long round) implements Message {}

  /** The answer to {@link Heartbeat} with its round; {@code MsgHeartbeatResp}. */
  record HeartbeatResponse(long from, long to, long term, long round) implements Message {}

  /**
   * The follower needs a snapshot; {@code MsgSnap}. The transport sends the contents along, of this
   * or a later index (and then with that index), and hands the message to the receiver's core when
   * they have arrived; the sender's is told by {@link Raft#reportSnapshot}.
   */
  record InstallSnapshot(long from, long to, long term, SnapshotMetadata snapshot)
      implements Message {}

  /** The leader wants the receiver to campaign at once; {@code MsgTimeoutNow}. */
  record TimeoutNow(long from, long to, long term) implements Message {}

  /** A follower's reader asks for a read index; {@code MsgReadIndex}, id as entry or context. */
  record ReadIndexRequest(long from, long to, long requestId) implements Message {
    @Override
    public long term() {
      return 0;
    }
  }

  /** The answer to {@link ReadIndexRequest}; {@code MsgReadIndexResp} with index. */
  record ReadIndexResponse(long from, long to, long term, long index, long requestId)
      implements Message {}

  /**
   * A follower's proposals on their way to the leader; {@code MsgProp} with entries, whose terms
   * and indexes are not set yet.
   */
  record ForwardedProposal(long from, long to, List<Entry> entries) implements Message {
    @Override
    public long term() {
      return 0;
    }
  }

  /**
   * Asks the leader to hand over to {@code transferee}; {@code MsgTransferLeader}, whose from is
   * the transferee.
   */
  record TransferLeader(long from, long to, long term, long transferee) implements Message {}
}
