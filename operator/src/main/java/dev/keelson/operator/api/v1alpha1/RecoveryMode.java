package dev.keelson.operator.api.v1alpha1;

/** What to do about a lost quorum. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum RecoveryMode {
  /** Touch nothing. */
  None,
  /** Go on with the data of one member; what it does not hold is lost. */
  FromMember
}
