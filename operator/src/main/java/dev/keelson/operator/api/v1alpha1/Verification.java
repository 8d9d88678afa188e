package dev.keelson.operator.api.v1alpha1;

/** How a backup is checked. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum Verification {
  /** Restored into a scratch directory and its hash compared. */
  Restore,
  /** The stored object is read back and its SHA-256 compared. */
  Checksum,
  /** Not at all. */
  None
}
