package dev.keelson.operator.api.v1alpha1;

/** What to do when the quorum is lost. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum RecoveryMode {
  /** Nothing: touch no member and no disk, and say so. */
  None,
  /** Go on from the data of one member, alone, and give up the others. */
  FromMember
}
