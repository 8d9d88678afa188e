package dev.keelson.operator.api.v1alpha1;

/** Where a backup is. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum BackupPhase {
  /** Not started. */
  Pending,
  /** Being written, then checked. */
  Running,
  /** Written and checked as asked. */
  Succeeded,
  /** Given up; the conditions say why. */
  Failed
}
