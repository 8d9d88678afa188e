package dev.keelson.storage.wal;

/**
 * The part of raft's state that must survive a restart.
 *
 * @param term the latest term seen
 * @param vote whom the member voted for in that term, 0 for nobody
 * @param commit the highest index known to be committed
 */
public record WalHardState(long term, long vote, long commit) {
  /** Of a member that has seen nothing yet. */
  public static final WalHardState INITIAL = new WalHardState(0, 0, 0);
}
