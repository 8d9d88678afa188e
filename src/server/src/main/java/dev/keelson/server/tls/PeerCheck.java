package dev.keelson.server.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** A rule for the certificate of the other side, beyond who signed it. */
interface PeerCheck {

  /**
   * Judges a certificate whose chain is trusted.
   *
   * @param chain what the other side presented, its own certificate first
   * @param engine the connection; null when it is not known
   * @throws CertificateException when the connection must not be
   */
  void check(X509Certificate[] chain, @Nullable SSLEngine engine) throws CertificateException;
}
