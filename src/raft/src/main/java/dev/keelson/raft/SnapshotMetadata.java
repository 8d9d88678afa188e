package dev.keelson.raft;

import dev.keelson.raft.confchange.ConfState;

/**
 * What consensus knows of a snapshot; its contents never pass through this module.
 *
 * @param index the last entry the snapshot includes; 0 for none
 * @param term the term of that entry
 * @param confState the configuration as of that entry
 */
public record SnapshotMetadata(long index, long term, ConfState confState) {
  /** No snapshot. */
  public static final SnapshotMetadata NONE = new SnapshotMetadata(0, 0, ConfState.EMPTY);
}
