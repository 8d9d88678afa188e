package dev.keelson.raft;

/** What a member does in its term; the transitions are listed in {@code Roles}. */
public enum Role {
  /** Follows a leader, or waits for one. */
  FOLLOWER,
  /** Asks whether an election could be won, without disturbing anyone (dissertation §9.6). */
  PRE_CANDIDATE,
  /** Asks for votes. */
  CANDIDATE,
  /** Replicates its log to everyone else. */
  LEADER
}
