package dev.keelson.operator.api.v1alpha1;

/**
 * What deleting the resource does to the stored backup. The names are the values in the resource.
 */
@SuppressWarnings("EnumNaming")
public enum DeletionPolicy {
  /** Deletes it too. */
  Delete,
  /** Leaves it in the store. */
  Retain
}
