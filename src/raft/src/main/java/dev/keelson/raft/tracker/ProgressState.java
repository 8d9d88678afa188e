package dev.keelson.raft.tracker;

/** How a leader talks to one follower. */
public enum ProgressState {
  /** The matching point is unknown: one append at a time until it is found. */
  PROBE,
  /** The matching point is known: appends are pipelined up to the inflight limits. */
  REPLICATE,
  /** The follower needs entries the log no longer has: paused until a snapshot has arrived. */
  SNAPSHOT
}
