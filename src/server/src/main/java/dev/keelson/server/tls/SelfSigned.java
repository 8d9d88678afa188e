package dev.keelson.server.tls;

import dev.keelson.server.member.StartException;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key pair of {@code --auto-tls} and {@code --peer-auto-tls}: made once, kept in a folder, and
 * made anew at a start that finds it expired.
 */
final class SelfSigned {

  private static final Logger log = LoggerFactory.getLogger(SelfSigned.class);

  private static final int SERIAL_BITS = 128;
  private static final Duration YEAR = Duration.ofDays(365);

  private SelfSigned() {}

  /**
   * Finds or makes {@code cert.pem} and {@code key.pem}.
   *
   * @param folder where they lie; made if need be, for its owner only
   * @param hosts names and addresses the certificate is for
   * @param validityYears how long a new one is valid, at least 1
   * @throws StartException when it cannot be written
   */
  static void ensure(Path folder, Collection<String> hosts, int validityYears) {
    if (validityYears < 1) {
      throw new StartException(
          "selfSignedCertValidity is invalid,it should be greater than 0", Map.of());
    }
    Path certificate = certificate(folder);
    Path key = key(folder);
    try {
      if (isUsable(certificate, key)) {
        return;
      }
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      Instant now = Instant.now();
      Instant end = now.plus(YEAR.multipliedBy(validityYears));
      write(key, new PemObject("PRIVATE KEY", pair.getPrivate().getEncoded()));
      write(certificate, sign(pair, hosts, now, end));
      log.atInfo()
          .addKeyValue("cert-file", certificate.toString())
          .addKeyValue("hosts", List.copyOf(new TreeSet<>(hosts)))
          .addKeyValue("not-after", end.toString())
          .log("automatically generated certificates");
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new StartException(
          "cannot generate a certificate in %s: %s".formatted(folder, e.getMessage()),
          Map.of("path", folder.toString()));
    }
  }

  static Path certificate(Path folder) {
    return folder.resolve("cert.pem");
  }

  static Path key(Path folder) {
    return folder.resolve("key.pem");
  }

  private static boolean isUsable(Path certificate, Path key) throws IOException {
    if (!Files.exists(certificate) || !Files.exists(key)) {
      return false;
    }
    try {
      X509Certificate leaf =
          Pem.keyPair(Files.readAllBytes(certificate), Files.readAllBytes(key)).leaf();
      return Instant.now().isBefore(leaf.getNotAfter().toInstant());
    } catch (GeneralSecurityException half) {
      return false; // a crash between the two files
    }
  }

  private static X509CertificateHolder sign(
      KeyPair pair, Collection<String> hosts, Instant start, Instant end)
      throws IOException, OperatorCreationException {
    X500Name subject = new X500Name("O=etcd");
    BigInteger serial = new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(0);
    GeneralName[] names =
        new TreeSet<>(hosts)
            .stream()
                .map(
                    host ->
                        new GeneralName(
                            NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)
                                ? GeneralName.iPAddress
                                : GeneralName.dNSName,
                            host))
                .toArray(GeneralName[]::new);
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            subject, serial, Date.from(start), Date.from(end), subject, pair.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(
        Extension.keyUsage,
        true,
        new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
    builder.addExtension(
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
    if (names.length > 0) {
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }
    return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
  }

  /** Whole or not at all, and never readable by others. */
  private static void write(Path file, Object content) throws IOException {
    Path draft =
        Files.createTempFile(
            file.getParent(),
            ".new",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (Writer out = Files.newBufferedWriter(draft, StandardCharsets.US_ASCII);
        JcaPEMWriter pem = new JcaPEMWriter(out)) {
      pem.writeObject(content);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
