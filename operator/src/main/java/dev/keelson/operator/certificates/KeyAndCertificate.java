package dev.keelson.operator.certificates;

/**
 * A certificate and its private key, as PEM texts.
 *
 * @param certificate the certificate
 * @param key the private key, PKCS #8
 */
public record KeyAndCertificate(String certificate, String key) {}
