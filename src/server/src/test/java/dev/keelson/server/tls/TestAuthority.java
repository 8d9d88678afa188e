package dev.keelson.server.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.jspecify.annotations.Nullable;

/** An authority of its own for a test, and what it signs. */
public final class TestAuthority {

  private static final AtomicLong SERIALS = new AtomicLong(1000);

  private final Issued self;

  private TestAuthority(Issued self) {
    this.self = self;
  }

  /** A key and what certifies it, its own certificate first. */
  public record Issued(PrivateKey key, List<X509Certificate> chain) {

    public X509Certificate certificate() {
      return chain.getFirst();
    }

    public BigInteger serial() {
      return certificate().getSerialNumber();
    }

    /** Writes {@code <name>.pem} and {@code <name>.key}. */
    public Issued write(Path folder, String name) {
      put(folder.resolve(name + ".pem"), pem(chain.toArray()));
      put(folder.resolve(name + ".key"), pem(key));
      return this;
    }
  }

  /** What is asked of the authority. */
  public static final class Request {
    private String commonName = "test";
    private final List<GeneralName> names = new ArrayList<>();
    private Instant start = Instant.now().minus(Duration.ofHours(1));
    private Instant end = Instant.now().plus(Duration.ofDays(10));
    private KeyPurposeId[] purposes = {
      KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth
    };
    private boolean authority;
    private String algorithm = "EC";

    public Request commonName(String name) {
      commonName = name;
      return this;
    }

    public Request dns(String... hosts) {
      for (String host : hosts) {
        names.add(new GeneralName(GeneralName.dNSName, host));
      }
      return this;
    }

    public Request ip(String... addresses) {
      for (String address : addresses) {
        names.add(new GeneralName(GeneralName.iPAddress, address));
      }
      return this;
    }

    public Request valid(Duration fromNow, Duration untilNow) {
      start = Instant.now().plus(fromNow);
      end = Instant.now().plus(untilNow);
      return this;
    }

    public Request purposes(KeyPurposeId... only) {
      purposes = only;
      return this;
    }

    public Request algorithm(String name) {
      algorithm = name;
      return this;
    }
  }

  public static Request request() {
    return new Request();
  }

  public static TestAuthority create(String name) {
    return create(request().commonName(name));
  }

  public static TestAuthority create(Request request) {
    request.authority = true;
    return new TestAuthority(sign(request, null));
  }

  /** An authority below this one. */
  public TestAuthority intermediate(String name) {
    Request request = request().commonName(name);
    request.authority = true;
    return new TestAuthority(sign(request, self));
  }

  public X509Certificate certificate() {
    return self.certificate();
  }

  public Issued issue(Request request) {
    return sign(request, self);
  }

  /** A certificate that only itself vouches for. */
  public static Issued selfSigned(Request request) {
    return sign(request, null);
  }

  /** Writes the authority's certificate as {@code <name>.pem}. */
  public TestAuthority write(Path folder, String name) {
    put(folder.resolve(name + ".pem"), pem(certificate()));
    return this;
  }

  /** A revocation list in PEM. */
  public String revocationList(BigInteger... serials) {
    X509v2CRLBuilder builder =
        new X509v2CRLBuilder(
            new X500Name(certificate().getSubjectX500Principal().getName()),
            Date.from(Instant.now()));
    for (BigInteger serial : serials) {
      builder.addCRLEntry(serial, Date.from(Instant.now()), CRLReason.keyCompromise);
    }
    try {
      return pem(builder.build(signer(self.key())));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Issued sign(Request request, @Nullable Issued issuer) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(request.algorithm);
      if (request.algorithm.equals("EC")) {
        generator.initialize(256);
      }
      KeyPair pair = generator.generateKeyPair();
      X500Name subject = new X500Name("CN=" + request.commonName);
      X500Name by =
          issuer == null
              ? subject
              : new X500Name(issuer.certificate().getSubjectX500Principal().getName());
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              by,
              BigInteger.valueOf(SERIALS.incrementAndGet()),
              Date.from(request.start),
              Date.from(request.end),
              subject,
              pair.getPublic());
      builder.addExtension(
          Extension.basicConstraints, true, new BasicConstraints(request.authority));
      if (!request.authority && request.purposes.length > 0) {
        builder.addExtension(
            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(request.purposes));
      }
      if (!request.names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(request.names.toArray(GeneralName[]::new)));
      }
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(signer(issuer == null ? pair.getPrivate() : issuer.key())));
      List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
      if (issuer != null && issuer.chain().size() > 1) {
        chain.addAll(issuer.chain().subList(0, issuer.chain().size() - 1));
      }
      if (issuer != null && request.authority) {
        chain.addAll(issuer.chain());
      }
      return new Issued(pair.getPrivate(), chain);
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "Ed25519";
        };
    return new JcaContentSignerBuilder(algorithm).build(key);
  }

  public static String pem(Object... contents) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      for (Object content : contents) {
        writer.writeObject(
            content instanceof PrivateKey key
                ? new PemObject("PRIVATE KEY", key.getEncoded())
                : content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  public static void put(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A client's side of TLS: trusts this authority and presents what is given. */
  public SSLContext client(@Nullable Issued own) {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", certificate());
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          own == null ? null : new KeyManager[] {new Insisting(own)},
          trust.getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
