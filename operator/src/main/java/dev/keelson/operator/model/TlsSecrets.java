package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.TlsSpec;

/** The Secrets that hold certificates: a person's where one is named, else those made for it. */
public final class TlsSecrets {
  private TlsSecrets() {}

  /** For clients' connections. */
  public static String server(TlsSpec tls, Names names) {
    String named = tls.serverSecretName();
    return named == null ? names.cluster() + "-server-tls" : named;
  }

  /** For connections between members. */
  public static String peer(TlsSpec tls, Names names) {
    String named = tls.peerSecretName();
    return named == null ? names.cluster() + "-peer-tls" : named;
  }
}
