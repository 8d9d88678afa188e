package dev.keelson.node.api.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/** Certificates of clients; nobody has their keys. */
public final class Certificates {
  /** Subject {@code O = Example, CN = first, CN = certified}. */
  private static final String NAMED =
      """
      -----BEGIN CERTIFICATE-----
      MIIBxDCCAWmgAwIBAgIUQjYSYbz6S6BaMJgv1ahs9JHCZewwCgYIKoZIzj0EAwIw
      NjEQMA4GA1UECgwHRXhhbXBsZTEOMAwGA1UEAwwFZmlyc3QxEjAQBgNVBAMMCWNl
      cnRpZmllZDAgFw0yNjExMjIxNTI3MDdaGA8yMTI2MTAyOTE1MjcwN1owNjEQMA4G
      A1UECgwHRXhhbXBsZTEOMAwGA1UEAwwFZmlyc3QxEjAQBgNVBAMMCWNlcnRpZmll
      ZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLM7Kwq36trlzhD76NOZNgknUaw8
      wdIYjnHqyyldPlKM9JFqmvLYf24lLS9Q0fMdWZ1etAHNowCSaPsdYlTaN4SjUzBR
      MB0GA1UdDgQWBBQiOtW93Zf84PHmoZZa2fUMlVgp6zAfBgNVHSMEGDAWgBQiOtW9
      3Zf84PHmoZZa2fUMlVgp6zAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kA
      MEYCIQCeCrNkuWadHtgYrM9iM0D+6IxgWscJQ0nuKBFcgr1xhwIhAIpf6fA+6B97
      qwaCcHA4b25W/3CafGX+WK7Qr37nIgBp
      -----END CERTIFICATE-----
      """;

  /** Subject {@code O = Example}. */
  private static final String NAMELESS =
      """
      -----BEGIN CERTIFICATE-----
      MIIBezCCASGgAwIBAgIUKE6G4UUBd68larol5BXgI6oFt9IwCgYIKoZIzj0EAwIw
      EjEQMA4GA1UECgwHRXhhbXBsZTAgFw0yNjExMjIxNTI3MDdaGA8yMTI2MTAyOTE1
      MjcwN1owEjEQMA4GA1UECgwHRXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
      A0IABGnPJn+CXka1gXMQE0XOzsD4slFu0sjVTajbZdYsZm6E+3iU8YNsLhPwpT5s
      SYAO9tXwJY5E2l9xIcvK1ab6lECjUzBRMB0GA1UdDgQWBBTWjqtxcr1kKIcBwp9C
      kcw4Og9dwzAfBgNVHSMEGDAWgBTWjqtxcr1kKIcBwp9Ckcw4Og9dwzAPBgNVHRMB
      Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIB/FRvVM8RYdvXePg2zVTiI8ci/P
      gIOGVTZO1GH4VlyeAiEAvHWWaOf7KLgNy7Pkr9MRkBOfqNUfrRmONMRibQaF8tY=
      -----END CERTIFICATE-----
      """;

  private Certificates() {}

  /** One whose last common name is {@code certified}. */
  public static X509Certificate named() {
    return parse(NAMED);
  }

  /** One without a common name. */
  static X509Certificate nameless() {
    return parse(NAMELESS);
  }

  private static X509Certificate parse(String pem) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(pem.getBytes(US_ASCII)));
    } catch (CertificateException e) {
      throw new AssertionError(e);
    }
  }
}
