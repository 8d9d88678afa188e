package dev.keelson.raft;

/** Defects that need the package; see {@code dev.keelson.sim.planted}. */
public final class RaftDefects {
  private RaftDefects() {}

  /** An entry of an older term counts as one of the leader's own. */
  static long termOfLast(RaftLog log, long index) {
    return log.term(log.lastIndex());
  }
}
