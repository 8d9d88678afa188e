package dev.keelson.operator.api.v1alpha1;

/**
 * How hard the scheduler keeps members of one cluster on different nodes. The names are the values
 * in the resource.
 */
@SuppressWarnings("EnumNaming")
public enum AntiAffinity {
  /** Share a node rather than wait. */
  Preferred,
  /** Wait rather than share a node. */
  Required
}
