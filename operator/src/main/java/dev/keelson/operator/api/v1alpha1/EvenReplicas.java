package dev.keelson.operator.api.v1alpha1;

/** What to do with an even number of members. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum EvenReplicas {
  /** Run it, and warn. */
  Warn,
  /** Run one fewer. */
  RoundDown,
  /** Run one more; 8 becomes 9. */
  RoundUp
}
