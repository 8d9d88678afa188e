package dev.keelson.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.util.encoders.DecoderException;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * Reads what TLS options name: certificates, keys as PKCS#8, PKCS#1 or SEC 1 (kubeadm writes
 * PKCS#1), and revocation lists. Other blocks in a file are passed over, as Go does.
 */
final class Pem {

  private Pem() {}

  /**
   * Reads the certificates of a file.
   *
   * @throws CertificateException when there is none, or one is damaged
   */
  static List<X509Certificate> certificates(byte[] pem) throws IOException, CertificateException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    try (PemReader reader = new PemReader(text(pem))) {
      for (PemObject block = reader.readPemObject();
          block != null;
          block = reader.readPemObject()) {
        if (block.getType().equals("CERTIFICATE")) {
          certificates.add(
              (X509Certificate)
                  factory.generateCertificate(new ByteArrayInputStream(block.getContent())));
        }
      }
    } catch (DecoderException e) {
      throw new CertificateException("a block of the file is not base64", e);
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("no certificate in the file");
    }
    return certificates;
  }

  /**
   * Reads a key pair from the bytes of a certificate file and of a key file.
   *
   * @throws GeneralSecurityException when the two do not belong together
   */
  static CertifiedKey keyPair(byte[] certificatePem, byte[] keyPem)
      throws IOException, GeneralSecurityException {
    List<X509Certificate> chain = certificates(certificatePem);
    PublicKey certified = chain.getFirst().getPublicKey();
    PrivateKey key = privateKey(keyPem, certified.getAlgorithm());
    if (!belongTogether(key, certified)) {
      throw new InvalidKeyException("the private key does not match the certificate");
    }
    return new CertifiedKey(key, chain);
  }

  private static PrivateKey privateKey(byte[] pem, String algorithm)
      throws IOException, GeneralSecurityException {
    try (PEMParser parser = new PEMParser(text(pem))) {
      for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
        PrivateKeyInfo info =
            switch (block) {
              case PEMKeyPair pair -> pair.getPrivateKeyInfo();
              case PrivateKeyInfo plain -> plain;
              default -> null; // parameters of a curve, a certificate, an encrypted key
            };
        if (info != null) {
          return KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
        }
      }
    } catch (DecoderException e) {
      throw new InvalidKeyException("a block of the file is not base64", e);
    }
    throw new InvalidKeyException("no unencrypted private key in the file");
  }

  private static boolean belongTogether(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    if (key instanceof RSAKey own && certified instanceof RSAKey other) {
      return own.getModulus().equals(other.getModulus());
    }
    Signature signature =
        Signature.getInstance(key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "EdDSA");
    byte[] probe = {1, 2, 3};
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(probe);
    return signature.verify(signed);
  }

  /**
   * Reads the serial numbers that revocation lists name, in PEM or DER. As in etcd, neither issuer
   * nor signature of a list is looked at: the file is as trusted as the authority's.
   */
  static Set<BigInteger> revokedSerials(byte[] lists) throws GeneralSecurityException {
    Set<BigInteger> serials = new HashSet<>();
    boolean any = false;
    for (CRL list :
        CertificateFactory.getInstance("X.509").generateCRLs(new ByteArrayInputStream(lists))) {
      any = true;
      Set<? extends X509CRLEntry> entries = ((X509CRL) list).getRevokedCertificates();
      if (entries != null) {
        entries.forEach(entry -> serials.add(entry.getSerialNumber()));
      }
    }
    if (!any) {
      throw new CRLException("no revocation list in the file");
    }
    return Set.copyOf(serials);
  }

  private static InputStreamReader text(byte[] pem) {
    return new InputStreamReader(new ByteArrayInputStream(pem), StandardCharsets.ISO_8859_1);
  }
}
