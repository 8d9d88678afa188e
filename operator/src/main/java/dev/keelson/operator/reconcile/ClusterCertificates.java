package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.TlsMode;
import dev.keelson.operator.api.v1alpha1.TlsSpec;
import dev.keelson.operator.certificates.Authority;
import dev.keelson.operator.certificates.LeafRequest;
import dev.keelson.operator.kubernetes.Fingerprint;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.member.ClientTls;
import dev.keelson.operator.member.MemberConnections;
import dev.keelson.operator.member.UnusableCertificates;
import dev.keelson.operator.model.CertManager;
import dev.keelson.operator.model.CertificateHolders;
import dev.keelson.operator.model.ClusterConditions;
import dev.keelson.operator.model.Names;
import dev.keelson.operator.model.OwnedSecret;
import dev.keelson.operator.model.Problem;
import dev.keelson.operator.model.TlsSecrets;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sees to a cluster's certificates, whoever makes them, and gives the operator its own. Looked at
 * again after a short while only, since a pass has many steps and certificates change slowly.
 */
final class ClusterCertificates {
  private static final Duration AGAIN = Duration.ofSeconds(10);

  /** What was found, from which specification, and until when that need not be done again. */
  private record Result(String fingerprint, Instant until, Certificates certificates) {}

  private final KubernetesObjects kubernetes;
  private final CertificateStore store;
  private final MemberConnections connections;
  private final Clock clock;
  private final ConcurrentMap<String, Result> results = new ConcurrentHashMap<>();

  ClusterCertificates(
      KubernetesObjects kubernetes,
      CertificateStore store,
      MemberConnections connections,
      Clock clock) {
    this.kubernetes = kubernetes;
    this.store = store;
    this.connections = connections;
    this.clock = clock;
  }

  /** Makes what is missing or due, unless paused. */
  Certificates keep(KeelsonCluster cluster, boolean paused) {
    TlsSpec tls = cluster.getSpec().tls();
    if (tls.mode() == TlsMode.Off) {
      return Certificates.NONE;
    }
    String uid = cluster.getMetadata().getUid();
    String fingerprint = Fingerprint.of(tls) + paused;
    Instant now = clock.instant();
    Result before = results.get(uid);
    if (before != null && before.fingerprint.equals(fingerprint) && now.isBefore(before.until)) {
      // what woke this pass may be a Secret that somebody deleted: look when that is allowed again
      return before.certificates.due(before.until);
    }
    Certificates found = look(cluster, paused);
    Instant until = now.plus(AGAIN);
    Instant due = found.due();
    results.put(
        uid, new Result(fingerprint, due != null && due.isBefore(until) ? due : until, found));
    return found;
  }

  private Certificates look(KeelsonCluster cluster, boolean paused) {
    try {
      Instant due = paused ? null : make(cluster);
      return new Certificates(read(cluster), null, due);
    } catch (GeneralSecurityException | IllegalArgumentException bad) {
      return new Certificates(null, problem("Unusable", bad.getMessage()), null);
    } catch (KubernetesClientException refused) {
      return new Certificates(null, problem("NotMade", refused.getMessage()), null);
    }
  }

  /** Returns when a replacement of an authority goes on; null while there is none. */
  private @Nullable Instant make(KeelsonCluster cluster) throws GeneralSecurityException {
    Names names = Names.of(cluster);
    if (cluster.getSpec().tls().mode() == TlsMode.CertManager) {
      for (GenericKubernetesResource certificate : CertManager.certificates(cluster)) {
        var _ = kubernetes.apply(certificate);
      }
    }
    if (cluster.getSpec().tls().mode() != TlsMode.SelfSigned) {
      return null;
    }
    String full = names.namespace() + "/" + names.cluster();
    Authority clients = store.authority(cluster, names.authoritySecret(), full + " clients");
    Authority peers = store.authority(cluster, names.peerAuthoritySecret(), full + " peers");
    TlsSpec tls = cluster.getSpec().tls();
    var _ =
        store.leaf(
            cluster,
            clients,
            TlsSecrets.server(tls, names),
            new LeafRequest(
                names.cluster(),
                CertificateHolders.serverNames(names),
                CertificateHolders.ADDRESSES));
    var _ =
        store.leaf(
            cluster,
            peers,
            TlsSecrets.peer(tls, names),
            new LeafRequest(
                names.cluster() + "-peer", CertificateHolders.peerNames(names), List.of()));
    var _ =
        store.leaf(
            cluster,
            clients,
            names.operatorSecret(),
            LeafRequest.client(CertificateHolders.OPERATOR));
    var _ =
        store.leaf(
            cluster,
            clients,
            names.clientCertificateSecret(),
            LeafRequest.client(CertificateHolders.CLIENT));
    Duration overlap = Duration.ofSeconds(tls.caOverlapSeconds());
    return Stream.of(clients, peers)
        .map(authority -> authority.due(overlap))
        .filter(Objects::nonNull)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  private ClientTls read(KeelsonCluster cluster) throws GeneralSecurityException {
    Names names = Names.of(cluster);
    TlsSpec tls = cluster.getSpec().tls();
    require(names, TlsSecrets.peer(tls, names));
    Secret server = require(names, TlsSecrets.server(tls, names));
    String own = TlsSecrets.operator(tls, names);
    Secret secret = own == null ? null : require(names, own);
    String authorities =
        OwnedSecret.text(secret == null ? server : secret, CertificateStore.AUTHORITIES);
    if (authorities == null) {
      throw new GeneralSecurityException("no ca.crt to check the members' certificates with");
    }
    return new ClientTls(
        authorities,
        OwnedSecret.text(secret, CertificateStore.CERTIFICATE),
        OwnedSecret.text(secret, CertificateStore.KEY));
  }

  private Secret require(Names names, String name) throws GeneralSecurityException {
    Secret secret = kubernetes.secret(names.namespace(), name);
    if (secret == null) {
      throw new GeneralSecurityException("there is no Secret " + name);
    }
    try {
      connections.require(
          new ClientTls(
              text(secret, CertificateStore.AUTHORITIES),
              text(secret, CertificateStore.CERTIFICATE),
              text(secret, CertificateStore.KEY)));
    } catch (UnusableCertificates bad) {
      throw new GeneralSecurityException(
          "Secret " + name + " cannot be used: " + bad.getMessage(), bad);
    }
    return secret;
  }

  private static String text(Secret secret, String key) throws GeneralSecurityException {
    String text = OwnedSecret.text(secret, key);
    if (text == null) {
      throw new GeneralSecurityException(
          "Secret " + secret.getMetadata().getName() + " has no " + key);
    }
    return text;
  }

  private static Problem problem(String reason, @Nullable String message) {
    return new Problem(
        ClusterConditions.CERTIFICATES_VALID, reason, message == null ? reason : message);
  }
}
