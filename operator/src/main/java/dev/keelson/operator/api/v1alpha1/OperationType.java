package dev.keelson.operator.api.v1alpha1;

/** What a change of membership is for. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum OperationType {
  /** Make the first member. */
  Bootstrap,
  /** Add members: learner, catch up, promote. */
  Grow,
  /** Remove members that are no longer wanted. */
  Shrink,
  /** Remove a member whose disk is lost; growing follows. */
  Replace,
  /** Put away what is left of a member that somebody removed by hand; its disk is retained. */
  PutAway,
  /** Restart a member, so that it takes up its new image or settings. */
  Roll,
  /** Go on from one member after the quorum was lost, as a person asked. */
  Recover,
  /** Stop all Pods and keep all disks. */
  Hibernate
}
