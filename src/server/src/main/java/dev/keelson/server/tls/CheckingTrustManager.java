package dev.keelson.server.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Trusts what the authorities signed and every further rule lets pass. */
final class CheckingTrustManager extends X509ExtendedTrustManager {

  private final Authorities authorities;
  private final List<PeerCheck> checks;

  CheckingTrustManager(Authorities authorities, List<PeerCheck> checks) {
    this.authorities = authorities;
    this.checks = List.copyOf(checks);
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    authorities.current().checkClientTrusted(chain, authType, engine);
    check(chain, engine);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    authorities.current().checkServerTrusted(chain, authType, engine);
    check(chain, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    authorities.current().checkClientTrusted(chain, authType);
    check(chain, null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    authorities.current().checkServerTrusted(chain, authType);
    check(chain, null);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  private void check(X509Certificate[] chain, @Nullable SSLEngine engine)
      throws CertificateException {
    for (PeerCheck check : checks) {
      check.check(chain, engine);
    }
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.issuers();
  }
}
