package dev.keelson.operator.api.v1alpha1;

/**
 * One word for a person; the conditions are the contract. The names are the values in the resource.
 */
@SuppressWarnings("EnumNaming")
public enum ClusterPhase {
  /** No cluster yet. */
  Creating,
  /** As wanted. */
  Running,
  /** An operation is under way. */
  Changing,
  /** Serving, but not as wanted. */
  Degraded,
  /** Not serving; nothing is touched. */
  QuorumLost,
  /** All Pods stopped, all disks kept. */
  Hibernated,
  /** The operator changes nothing. */
  Paused
}
