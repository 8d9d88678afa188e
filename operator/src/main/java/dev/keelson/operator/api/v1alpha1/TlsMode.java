package dev.keelson.operator.api.v1alpha1;

/** Who makes the certificates. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum TlsMode {
  /** The operator, from an authority of its own for this cluster. */
  SelfSigned,
  /** cert-manager, from the issuer named in issuerRef. */
  CertManager,
  /** A person, in the Secrets named. */
  Secret,
  /** Nobody: plain text. */
  Off
}
