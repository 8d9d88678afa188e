package dev.keelson.operator.model.membership;

/** Why nothing is done now. */
public enum WaitReason {
  /** Everything is as wanted. */
  STEADY,
  /** The specification forbids changes. */
  PAUSED,
  /** All Pods are stopped, as wanted. */
  HIBERNATED,
  /** A restarted member does not come back; no other is restarted. */
  ROLL_STUCK,
  /** Pods were started and do not answer yet. */
  STARTING,
  /** No majority answers since a moment ago, as in an election. */
  NO_ANSWER,
  /** No majority answers, and none is starting; nothing is touched. */
  QUORUM_LOST,
  /** The quorum is lost, and the request to recover cannot be followed; nothing is touched. */
  RECOVERY_REFUSED,
  /** A majority answers but has no leader at the moment. */
  NO_LEADER,
  /** The cluster that answers is not the one on record; nothing is touched. */
  FOREIGN_CLUSTER,
  /** The next step would leave no majority of healthy voters. */
  QUORUM_GUARD,
  /** Clients are leaving the members that will be removed. */
  DRAINING,
  /** A Pod or disk is being deleted. */
  DELETING,
  /** The last attempt to grow was taken back; the next one is not due. */
  BACKING_OFF
}
