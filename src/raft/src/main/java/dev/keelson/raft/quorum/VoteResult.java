package dev.keelson.raft.quorum;

/** What the ballots known so far decide. */
public enum VoteResult {
  /** A quorum said yes. */
  WON,
  /** So many said no that no quorum can say yes any more. */
  LOST,
  /** The missing ballots still decide. */
  PENDING
}
