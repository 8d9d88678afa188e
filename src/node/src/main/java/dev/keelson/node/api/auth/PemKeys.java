package dev.keelson.node.api.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads keys from PEM (RFC 7468). The JDK takes private keys in PKCS #8 only; the older forms that
 * OpenSSL and Go write, PKCS #1 for RSA and SEC 1 for elliptic curves, are wrapped into it.
 */
final class PemKeys {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]+?)-----END \\1-----");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final byte[] VERSION = HexFormat.of().parseHex("020100");

  /** {@code AlgorithmIdentifier} of rsaEncryption, RFC 8017 A.1. */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** {@code AlgorithmIdentifier} of id-ecPublicKey with the named curve, RFC 5480 2.1.1.1. */
  private static final byte[] P256 =
      HexFormat.of().parseHex("301306072a8648ce3d020106082a8648ce3d030107");

  private static final byte[] P384 =
      HexFormat.of().parseHex("301006072a8648ce3d020106052b81040022");
  private static final byte[] P521 =
      HexFormat.of().parseHex("301006072a8648ce3d020106052b81040023");

  private PemKeys() {}

  /**
   * The first private key of a file.
   *
   * @param method the algorithm that settles the curve of a key in SEC 1
   */
  static PrivateKey privateKey(byte[] pem, String algorithm, String method)
      throws GeneralSecurityException {
    Matcher blocks = BLOCK.matcher(new String(pem, US_ASCII));
    while (blocks.find()) {
      byte[] content = Base64.getMimeDecoder().decode(blocks.group(2));
      byte[] encoded =
          switch (blocks.group(1)) {
            case "PRIVATE KEY" -> content;
            case "RSA PRIVATE KEY" -> wrap(RSA, content);
            case "EC PRIVATE KEY" -> wrap(curve(method), content);
            default -> new byte[0]; // OpenSSL writes a block of parameters in front
          };
      if (encoded.length > 0) {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      }
    }
    throw new InvalidKeyException("no private key");
  }

  /** The first public key of a file, which may be that of a certificate. */
  static PublicKey publicKey(byte[] pem, String algorithm) throws GeneralSecurityException {
    Matcher blocks = BLOCK.matcher(new String(pem, US_ASCII));
    while (blocks.find()) {
      byte[] content = Base64.getMimeDecoder().decode(blocks.group(2));
      switch (blocks.group(1)) {
        case "PUBLIC KEY" -> {
          return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(content));
        }
        case "CERTIFICATE" -> {
          return CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(content))
              .getPublicKey();
        }
        default -> {
          // something else
        }
      }
    }
    throw new InvalidKeyException("no public key");
  }

  private static byte[] curve(String method) throws InvalidKeyException {
    return switch (method) {
      case "ES256" -> P256;
      case "ES384" -> P384;
      case "ES512" -> P521;
      default -> throw new InvalidKeyException("an elliptic curve is not for " + method);
    };
  }

  /** {@code PrivateKeyInfo}, RFC 5208 5. */
  private static byte[] wrap(byte[] algorithm, byte[] key) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(VERSION);
    body.writeBytes(algorithm);
    body.writeBytes(tagged(OCTET_STRING, key));
    return tagged(SEQUENCE, body.toByteArray());
  }

  private static byte[] tagged(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else if (content.length <= 0xff) {
      out.write(0x81);
      out.write(content.length);
    } else {
      out.write(0x82);
      out.write(content.length >>> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }
}
