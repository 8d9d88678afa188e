package dev.keelson.operator.certificates;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes authorities and signs certificates: ECDSA on P-256 with SHA-256 (RFC 5280 profiles). */
public final class Issuer {
  static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
  static final Duration LEAF_LIFE = Duration.ofDays(90);

  /** Clocks of members may be behind ours. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  private final SecureRandom random = new SecureRandom();

  /** Makes an authority that signs for itself. */
  KeyAndCertificate authority(String commonName, Instant now) {
    try {
      KeyPair pair = keyPair();
      X500Name name = name(commonName);
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      X509v3CertificateBuilder builder =
          builder(name, name, pair.getPublic(), now, now.plus(AUTHORITY_LIFE))
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
              .addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
              .addExtension(
                  Extension.subjectKeyIdentifier,
                  false,
                  ids.createSubjectKeyIdentifier(pair.getPublic()));
      return signed(builder, pair, pair);
    } catch (GeneralSecurityException | CertIOException | OperatorCreationException impossible) {
      throw new IllegalStateException("could not make an authority", impossible);
    }
  }

  /** Signs a new certificate, for serving and connecting, that ends with its authority at most. */
  KeyAndCertificate leaf(KeyAndCertificate authority, LeafRequest request, Instant now)
      throws GeneralSecurityException {
    X509Certificate issuer = Pem.certificate(authority.certificate());
    KeyPair issuerPair = new KeyPair(issuer.getPublicKey(), Pem.key(authority.key()));
    KeyPair pair = keyPair();
    Instant end = now.plus(LEAF_LIFE);
    Instant last = issuer.getNotAfter().toInstant();
    try {
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      X509v3CertificateBuilder builder =
          builder(
                  X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
                  name(request.commonName()),
                  pair.getPublic(),
                  now,
                  end.isAfter(last) ? last : end)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(Extension.extendedKeyUsage, false, usages(request))
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  ids.createAuthorityKeyIdentifier(issuer.getPublicKey()));
      GeneralName[] names = names(request);
      if (names.length > 0) {
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      return signed(builder, issuerPair, pair);
    } catch (CertIOException | OperatorCreationException impossible) {
      throw new GeneralSecurityException("could not sign a certificate", impossible);
    }
  }

  /** Whether a certificate need not be made anew. */
  static boolean stillGood(
      KeyAndCertificate leaf,
      KeyAndCertificate authority,
      LeafRequest request,
      Duration renewBefore,
      Instant now) {
    try {
      X509Certificate certificate = Pem.certificate(leaf.certificate());
      certificate.verify(Pem.certificate(authority.certificate()).getPublicKey());
      Duration early =
          renewBefore.compareTo(LEAF_LIFE.dividedBy(2)) < 0 ? renewBefore : LEAF_LIFE.dividedBy(2);
      return now.isBefore(certificate.getNotAfter().toInstant().minus(early))
          && names(certificate).containsAll(request.hosts())
          && names(certificate).containsAll(request.addresses());
    } catch (GeneralSecurityException bad) {
      return false;
    }
  }

  static Instant end(String certificate) throws GeneralSecurityException {
    return Pem.certificate(certificate).getNotAfter().toInstant();
  }

  private static List<String> names(X509Certificate certificate) throws GeneralSecurityException {
    List<String> names = new ArrayList<>();
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    if (all != null) {
      all.forEach(name -> names.add(String.valueOf(name.get(1))));
    }
    return names;
  }

  private static ExtendedKeyUsage usages(LeafRequest request) {
    return request.hosts().isEmpty()
        ? new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth)
        : new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth});
  }

  private static GeneralName[] names(LeafRequest request) {
    List<GeneralName> names = new ArrayList<>();
    request.hosts().forEach(host -> names.add(new GeneralName(GeneralName.dNSName, host)));
    request.addresses().forEach(ip -> names.add(new GeneralName(GeneralName.iPAddress, ip)));
    return names.toArray(GeneralName[]::new);
  }

  private X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, PublicKey key, Instant now, Instant end) {
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(127, random).setBit(0),
        Date.from(now.minus(CLOCK_SKEW)),
        Date.from(end),
        subject,
        key);
  }

  private static KeyAndCertificate signed(
      X509v3CertificateBuilder builder, KeyPair signer, KeyPair holder)
      throws GeneralSecurityException, OperatorCreationException {
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(
                    new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
    return new KeyAndCertificate(Pem.certificate(certificate), Pem.key(holder.getPrivate()));
  }

  private KeyPair keyPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private static X500Name name(String commonName) {
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, commonName).build();
  }
}
