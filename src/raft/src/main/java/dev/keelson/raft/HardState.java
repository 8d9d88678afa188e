package dev.keelson.raft;

/**
 * What a member must find again after a restart, field for field {@code raftpb.HardState}.
 *
 * @param term the latest term seen; 0 before the first
 * @param vote whom this member voted for in that term; 0 for nobody
 * @param commit the highest index known to be committed. May lag behind the truth: it is written
 *     without waiting for the disk.
 */
public record HardState(long term, long vote, long commit) {
  /** The state of a member that has never run. */
  public static final HardState EMPTY = new HardState(0, 0, 0);

  /** Whether going from {@code before} to this state needs the disk before anyone is told. */
  boolean mustSyncAfter(HardState before) {
    return term != before.term || vote != before.vote;
  }
}
