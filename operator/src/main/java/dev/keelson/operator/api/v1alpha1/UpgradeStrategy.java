package dev.keelson.operator.api.v1alpha1;

/** Whether changed settings restart members. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum UpgradeStrategy {
  /** One after another, the leader last. */
  Rolling,
  /** Not at all; a Pod that is made anew for another reason takes them up. */
  Paused
}
