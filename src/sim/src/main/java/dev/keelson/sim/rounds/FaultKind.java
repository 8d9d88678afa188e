package dev.keelson.sim.rounds;

/** What is done to a cluster of real processes. */
public enum FaultKind {
  /** SIGKILL, and a start on what is there after a while. */
  KILL,
  /** SIGSTOP for half an election timeout to five of them, then SIGCONT. */
  PAUSE,
  /** The member's file system is full for a while. */
  DISK_FULL,
  /** The member is removed, its data wiped, and it comes back as a learner that is promoted. */
  REPLACE,
  /** The member is down until the others have dropped what it lacks, so it needs a snapshot. */
  CATCH_UP,
  /** Nothing passes between one member and all others. */
  PARTITION,
  /** Nothing passes to one member, or from it. */
  ONE_WAY,
  /** Connections between members are slow and break again and again. */
  FLAKY,
  /** Half of the clients lose their connections to a member, and find none for a while. */
  CLIENTS_CUT,
  /** The leader is told to hand over. */
  TRANSFER,
  /** The history is compacted. */
  COMPACT;

  /** Whether it happens to a process rather than to connections or to the cluster. */
  boolean ofProcess() {
    return compareTo(PARTITION) < 0;
  }
}
