package dev.keelson.raft.quorum;

import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/**
 * Two majorities that must both agree (Raft dissertation §4.3). Outside a joint configuration the
 * outgoing half is empty and agrees with everything.
 *
 * @param incoming the configuration in force, or being moved to
 * @param outgoing the configuration being left; empty when the configuration is not joint
 */
public record JointQuorum(MajorityQuorum incoming, MajorityQuorum outgoing) {

  /** The largest index acknowledged by a majority of both halves. */
  public long committedIndex(LongUnaryOperator acknowledged) {
    return Math.min(incoming.committedIndex(acknowledged), outgoing.committedIndex(acknowledged));
  }

  /** Won when both halves are won, lost as soon as one is lost. */
  public VoteResult voteResult(LongFunction<Vote> ballots) {
    VoteResult in = incoming.voteResult(ballots);
    VoteResult out = outgoing.voteResult(ballots);
    if (in == out) {
      return in;
    }
    return in == VoteResult.LOST || out == VoteResult.LOST ? VoteResult.LOST : VoteResult.PENDING;
  }

  /** Whether {@code id} votes in either half. */
  public boolean contains(long id) {
    return incoming.contains(id) || outgoing.contains(id);
  }

  /** Whether one voter alone decides. */
  public boolean isSingleton() {
    return incoming.size() == 1 && outgoing.size() == 0;
  }
}
