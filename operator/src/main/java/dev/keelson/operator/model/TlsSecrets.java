package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.TlsMode;
import dev.keelson.operator.api.v1alpha1.TlsSpec;
import org.jspecify.annotations.Nullable;

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

  /** The operator's own; null if it has none, which mode Secret allows. */
  public static @Nullable String operator(TlsSpec tls, Names names) {
    return tls.mode() == TlsMode.Secret ? tls.clientSecretName() : names.operatorSecret();
  }

  /** What clients are given; null if they have to bring their own. */
  public static @Nullable String client(TlsSpec tls, Names names) {
    return tls.mode() == TlsMode.Secret ? tls.clientSecretName() : names.clientCertificateSecret();
  }
}
