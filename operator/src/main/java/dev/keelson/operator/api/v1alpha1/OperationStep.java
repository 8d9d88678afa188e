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
  /** Waiting until the deadline before another attempt. */
  BackingOff
}
