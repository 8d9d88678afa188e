package dev.keelson.operator.member;

import org.jspecify.annotations.Nullable;

/**
 * PEM texts of a client.
 *
 * @param authorities certificates of the authorities to trust
 * @param certificate the client's own; null if members ask for none
 * @param key its private key, PKCS #8
 */
public record ClientTls(String authorities, @Nullable String certificate, @Nullable String key) {}
