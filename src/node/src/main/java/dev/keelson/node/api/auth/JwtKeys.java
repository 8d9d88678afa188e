package dev.keelson.node.api.auth;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAPublicKeySpec;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * What signs tokens and what verifies them.
 *
 * @param algorithm its name in a token's header, such as {@code RS256}
 * @param signing null on a member that only verifies
 */
record JwtKeys(String algorithm, @Nullable Key signing, Key verifying) {
  /** The kinds of keys, by the first letters of the algorithm's name. */
  private enum Family {
    HS("HMAC"),
    RS("RSA"),
    PS("RSA"),
    ES("EC"),
    ED("EdDSA");

    final String keyAlgorithm;

    Family(String keyAlgorithm) {
      this.keyAlgorithm = keyAlgorithm;
    }
  }

  /**
   * Reads the keys of a method.
   *
   * @param publicKey PEM of a public key or a certificate; empty if there is none
   * @param privateKey PEM of a private key, or the secret itself; empty if there is none
   * @throws IllegalArgumentException if keys and method do not belong together
   */
  static JwtKeys of(String method, byte[] publicKey, byte[] privateKey) {
    Family family = family(method);
    try {
      if (family == Family.HS) {
        if (privateKey.length == 0) {
          throw new IllegalArgumentException("--auth-token: " + method + " needs priv-key");
        }
        HmacKey secret = new HmacKey(privateKey);
        return new JwtKeys(method, secret, secret);
      }
      PrivateKey signing =
          privateKey.length == 0
              ? null
              : PemKeys.privateKey(privateKey, family.keyAlgorithm, method);
      PublicKey verifying =
          publicKey.length == 0
              ? derived(signing, method)
              : PemKeys.publicKey(publicKey, family.keyAlgorithm);
      JwtKeys keys = new JwtKeys(method, signing, verifying);
      keys.requirePair();
      return keys;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "--auth-token: a key file does not hold a key for " + method, e);
    }
  }

  private static Family family(String method) {
    return switch (method) {
      case AlgorithmIdentifiers.HMAC_SHA256,
          AlgorithmIdentifiers.HMAC_SHA384,
          AlgorithmIdentifiers.HMAC_SHA512 ->
          Family.HS;
      case AlgorithmIdentifiers.RSA_USING_SHA256,
          AlgorithmIdentifiers.RSA_USING_SHA384,
          AlgorithmIdentifiers.RSA_USING_SHA512 ->
          Family.RS;
      case AlgorithmIdentifiers.RSA_PSS_USING_SHA256,
          AlgorithmIdentifiers.RSA_PSS_USING_SHA384,
          AlgorithmIdentifiers.RSA_PSS_USING_SHA512 ->
          Family.PS;
      case AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256,
          AlgorithmIdentifiers.ECDSA_USING_P384_CURVE_AND_SHA384,
          AlgorithmIdentifiers.ECDSA_USING_P521_CURVE_AND_SHA512 ->
          Family.ES;
      case AlgorithmIdentifiers.EDDSA -> Family.ED;
      default ->
          throw new IllegalArgumentException(
              "--auth-token: unknown sign-method \"%s\"".formatted(method));
    };
  }

  /** An RSA private key holds its public key; the others do not show theirs. */
  private static PublicKey derived(@Nullable PrivateKey signing, String method)
      throws GeneralSecurityException {
    if (signing instanceof RSAPrivateCrtKey rsa) {
      return KeyFactory.getInstance("RSA")
          .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
    }
    throw new IllegalArgumentException("--auth-token: " + method + " needs pub-key");
  }

  /** Whether keys are as strong as the method's standard demands; etcd takes any secret. */
  boolean checksStrength() {
    return !(verifying instanceof HmacKey);
  }

  /** Signs a payload. */
  String sign(String payload) throws JoseException {
    JsonWebSignature signature = new JsonWebSignature();
    signature.setAlgorithmHeaderValue(algorithm);
    signature.setHeader("typ", "JWT");
    signature.setKey(signing);
    signature.setDoKeyValidation(checksStrength());
    signature.setPayload(payload);
    return signature.getCompactSerialization();
  }

  private void requirePair() {
    if (signing == null) {
      return;
    }
    try {
      JsonWebSignature signature = new JsonWebSignature();
      signature.setCompactSerialization(sign("{}"));
      signature.setKey(verifying);
      if (signature.verifySignature()) {
        return;
      }
    } catch (JoseException e) {
      throw new IllegalArgumentException("--auth-token: a key does not fit " + algorithm, e);
    }
    throw new IllegalArgumentException("--auth-token: pub-key and priv-key are not a pair");
  }
}
