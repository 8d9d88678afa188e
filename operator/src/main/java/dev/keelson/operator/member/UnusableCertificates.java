package dev.keelson.operator.member;

/** Certificates or a key that cannot be read; the cause says what is wrong with them. */
public final class UnusableCertificates extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnusableCertificates(Exception cause) {
    super(String.valueOf(cause.getMessage()), cause);
  }
}
