package dev.keelson.operator.api.v1alpha1;

/** Whether a client must show a certificate. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum ClientAuth {
  /** Connections without one are refused. */
  Required,
  /** A certificate is checked if there is one. */
  Optional
}
