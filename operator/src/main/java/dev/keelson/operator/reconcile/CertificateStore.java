package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.TlsSpec;
import dev.keelson.operator.certificates.Authority;
import dev.keelson.operator.certificates.Issuer;
import dev.keelson.operator.certificates.KeyAndCertificate;
import dev.keelson.operator.certificates.LeafRequest;
import dev.keelson.operator.kubernetes.EventRecorder;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.model.OwnedSecret;
import io.fabric8.kubernetes.api.model.Secret;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keeps the operator's own authorities and the certificates they sign, in Secrets. */
final class CertificateStore {
  static final String AUTHORITIES = "ca.crt";
  static final String CERTIFICATE = "tls.crt";
  static final String KEY = "tls.key";
  private static final String NEXT_CERTIFICATE = "next.crt";
  private static final String NEXT_KEY = "next.key";
  private static final String PREVIOUS = "previous.crt";
  private static final String GENERATION = "keelson.dev/ca-generation";
  private static final String SINCE = "keelson.dev/ca-stage-since";

  private final KubernetesObjects kubernetes;
  private final EventRecorder events;
  private final Clock clock;
  private final Issuer issuer = new Issuer();

  CertificateStore(KubernetesObjects kubernetes, EventRecorder events, Clock clock) {
    this.kubernetes = kubernetes;
    this.events = events;
    this.clock = clock;
  }

  /** The authority as it should be now, stored. */
  Authority authority(KeelsonCluster cluster, String secretName, String commonName)
      throws GeneralSecurityException {
    TlsSpec tls = cluster.getSpec().tls();
    Secret secret = kubernetes.secret(cluster.getMetadata().getNamespace(), secretName);
    Authority stored = secret == null ? null : read(secret);
    Authority authority =
        stored == null
            ? Authority.create(issuer, commonName, tls.caGeneration(), clock.instant())
            : stored.advance(
                issuer,
                commonName,
                tls.caGeneration(),
                Duration.ofSeconds(tls.caOverlapSeconds()),
                clock.instant());
    if (!authority.equals(stored)) {
      var _ = kubernetes.apply(write(cluster, secretName, authority));
      events.normal(cluster, "Authority", secretName + ": " + stage(stored, authority));
    }
    return authority;
  }

  private static String stage(@Nullable Authority before, Authority now) {
    if (before == null) {
      return "made";
    }
    if (now.next() != null) {
      return "a new one is trusted beside the old one";
    }
    return now.previous() == null
        ? "the old one is not trusted any more"
        : "the new one signs; the old one is still trusted";
  }

  /** A certificate as it should be now, stored together with what its holder trusts. */
  KeyAndCertificate leaf(
      KeelsonCluster cluster, Authority authority, String secretName, LeafRequest request)
      throws GeneralSecurityException {
    Secret secret = kubernetes.secret(cluster.getMetadata().getNamespace(), secretName);
    String certificate = OwnedSecret.text(secret, CERTIFICATE);
    String key = OwnedSecret.text(secret, KEY);
    KeyAndCertificate stored =
        certificate == null || key == null ? null : new KeyAndCertificate(certificate, key);
    Duration early = Duration.ofSeconds(cluster.getSpec().tls().renewBeforeSeconds());
    KeyAndCertificate leaf = authority.leaf(issuer, stored, request, early, clock.instant());
    boolean same =
        leaf.equals(stored) && authority.bundle().equals(OwnedSecret.text(secret, AUTHORITIES));
    if (!same) {
      var _ =
          kubernetes.apply(
              OwnedSecret.of(
                  cluster,
                  secretName,
                  Map.of(),
                  Map.of(
                      AUTHORITIES,
                      authority.bundle(),
                      CERTIFICATE,
                      leaf.certificate(),
                      KEY,
                      leaf.key())));
      if (!leaf.equals(stored)) {
        events.normal(cluster, "Certificate", secretName + " issued");
      }
    }
    return leaf;
  }

  private static @Nullable Authority read(Secret secret) throws GeneralSecurityException {
    String certificate = OwnedSecret.text(secret, CERTIFICATE);
    String key = OwnedSecret.text(secret, KEY);
    if (certificate == null || key == null) {
      return null;
    }
    String nextCertificate = OwnedSecret.text(secret, NEXT_CERTIFICATE);
    String nextKey = OwnedSecret.text(secret, NEXT_KEY);
    Map<String, String> notes =
        secret.getMetadata().getAnnotations() == null
            ? Map.of()
            : secret.getMetadata().getAnnotations();
    try {
      return new Authority(
          new KeyAndCertificate(certificate, key),
          nextCertificate == null || nextKey == null
              ? null
              : new KeyAndCertificate(nextCertificate, nextKey),
          OwnedSecret.text(secret, PREVIOUS),
          Integer.parseInt(notes.getOrDefault(GENERATION, "1")),
          Instant.parse(notes.getOrDefault(SINCE, Instant.EPOCH.toString())));
    } catch (IllegalArgumentException | DateTimeException edited) {
      throw new GeneralSecurityException(
          "annotations of Secret " + secret.getMetadata().getName() + " were changed", edited);
    }
  }

  private static Secret write(KeelsonCluster cluster, String name, Authority authority) {
    Map<String, String> texts = new TreeMap<>();
    texts.put(AUTHORITIES, authority.bundle());
    texts.put(CERTIFICATE, authority.active().certificate());
    texts.put(KEY, authority.active().key());
    KeyAndCertificate next = authority.next();
    if (next != null) {
      texts.put(NEXT_CERTIFICATE, next.certificate());
      texts.put(NEXT_KEY, next.key());
    }
    String previous = authority.previous();
    if (previous != null) {
      texts.put(PREVIOUS, previous);
    }
    return OwnedSecret.of(
        cluster,
        name,
        Map.of(
            GENERATION,
            Integer.toString(authority.generation()),
            SINCE,
            authority.since().toString()),
        texts);
  }
}
