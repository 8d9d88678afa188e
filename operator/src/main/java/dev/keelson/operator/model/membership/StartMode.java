package dev.keelson.operator.model.membership;

/** How a member starts. */
public enum StartMode {
  /** It may start a cluster if its disk is empty. */
  SEED,
  /** It belongs to a cluster that is there. */
  MEMBER,
  /** It goes on from its disk as the only member of its cluster. */
  FORCED
}
