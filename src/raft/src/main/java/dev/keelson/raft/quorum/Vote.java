package dev.keelson.raft.quorum;

/** What is known of one voter's ballot. */
public enum Vote {
  /** The voter said yes. */
  GRANTED,
  /** The voter said no. */
  REJECTED,
  /** The voter has not answered yet. */
  MISSING
}
