package dev.keelson.operator.api.v1alpha1;

/** What becomes of a disk that is no longer needed. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum Retention {
  /** It is deleted with its data. */
  Delete,
  /** It stays, marked as retained, for a person to look at. */
  Retain
}
