package dev.keelson.operator.model.membership;

/** What a member's PersistentVolumeClaim records about its member. */
public enum DiskState {
  /** Made for the first member of a new cluster. */
  SEED,
  /** Made for a learner that was not promoted yet. */
  JOINING,
  /** Holds all data: its member votes, or was about to be promoted. */
  VOTER
}
