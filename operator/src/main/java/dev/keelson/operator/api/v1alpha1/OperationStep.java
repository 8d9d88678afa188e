package dev.keelson.operator.api.v1alpha1;

/**
 * How far an operation is, where the cluster itself cannot tell. The names are the values in the
 * resource.
 */
@SuppressWarnings("EnumNaming")
public enum OperationStep {
  /** Going forward. */
  Running,
  /** The members that leave take no new connections; the deadline ends it. */
  Draining,
  /** Taking back what was not finished. */
  RollingBack,
  /** The member that was made a cluster of its own starts once more, as an ordinary one. */
  Restarting,
  /** Waiting until the deadline before another attempt. */
  BackingOff
}
