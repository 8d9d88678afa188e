package dev.keelson.server.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The authorities of a bundle, as a trust manager that checks chains against those of them that are
 * valid at the moment. (The JDK takes a trust anchor without looking at its dates; Go does not.) A
 * bundle that holds an old and a new authority accepts certificates of both.
 */
final class Authorities {

  private final @Nullable Reloading<List<X509Certificate>> bundle;
  private final InstantSource clock;
  private @Nullable List<X509Certificate> built;
  private Instant rebuildAt = Instant.MIN;
  private @Nullable X509ExtendedTrustManager manager;

  /**
   * Creates a source of trust managers.
   *
   * @param bundle certificates of authorities; null stands for those of the system
   */
  Authorities(@Nullable Reloading<List<X509Certificate>> bundle, InstantSource clock) {
    this.bundle = bundle;
    this.clock = clock;
  }

  /** The certificates in force, for telling clients which issuers are accepted. */
  X509Certificate[] issuers() {
    try {
      return current().getAcceptedIssuers();
    } catch (CertificateException none) {
      return new X509Certificate[0];
    }
  }

  /**
   * A manager for a check now.
   *
   * @throws CertificateException when no authority is valid now
   */
  synchronized X509ExtendedTrustManager current() throws CertificateException {
    List<X509Certificate> certificates = bundle == null ? null : bundle.current();
    Instant now = clock.instant();
    X509ExtendedTrustManager present = manager;
    if (present != null && certificates == built && now.isBefore(rebuildAt)) {
      return present;
    }
    X509ExtendedTrustManager fresh = build(certificates, now);
    manager = fresh;
    built = certificates;
    rebuildAt = certificates == null ? Instant.MAX : nextChange(certificates, now);
    return fresh;
  }

  private static X509ExtendedTrustManager build(
      @Nullable List<X509Certificate> certificates, Instant now) throws CertificateException {
    try {
      KeyStore anchors = null;
      if (certificates != null) {
        anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        for (X509Certificate certificate : certificates) {
          if (!now.isBefore(start(certificate)) && !now.isAfter(end(certificate))) {
            anchors.setCertificateEntry("ca-" + anchors.size(), certificate);
          }
        }
        if (anchors.size() == 0) {
          throw new CertificateException("no certificate of the authorities is valid now");
        }
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(anchors);
      return Arrays.stream(factory.getTrustManagers())
          .filter(X509ExtendedTrustManager.class::isInstance)
          .map(X509ExtendedTrustManager.class::cast)
          .findFirst()
          .orElseThrow();
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException | IOException e) {
      throw new CertificateException("cannot set up the authorities", e);
    }
  }

  private static Instant nextChange(List<X509Certificate> certificates, Instant now) {
    Instant next = Instant.MAX;
    for (X509Certificate certificate : certificates) {
      for (Instant change : List.of(start(certificate), end(certificate))) {
        next = change.isAfter(now) && change.isBefore(next) ? change : next;
      }
    }
    return next;
  }

  private static Instant start(X509Certificate certificate) {
    return certificate.getNotBefore().toInstant();
  }

  private static Instant end(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant();
  }
}
