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
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Sees to a cluster's certificates, whoever makes them, and gives the operator its own. Looked at
 * again after a short while only, since a pass has many steps and certificates change slowly.
 */
final class ClusterCertificates {
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private record Result(
      String fingerprint, Instant at, @Nullable ClientTls tls, @Nullable Problem problem) {}

  private final KubernetesObjects kubernetes;
  private final CertificateStore store;
  private final Clock clock;
  private final ConcurrentMap<String, Result> results = new ConcurrentHashMap<>();

  ClusterCertificates(KubernetesObjects kubernetes, CertificateStore store, Clock clock) {
    this.kubernetes = kubernetes;
    this.store = store;
    this.clock = clock;
  }

  /** What the operator connects with; null for plain text, or while there is nothing usable. */
  @Nullable ClientTls keep(KeelsonCluster cluster, boolean paused, List<Problem> problems) {
    TlsSpec tls = cluster.getSpec().tls();
    if (tls.mode() == TlsMode.Off) {
      return null;
    }
    String uid = cluster.getMetadata().getUid();
    String fingerprint = Fingerprint.of(tls) + paused;
    Instant now = clock.instant();
    Result result = results.get(uid);
    if (result == null
        || !result.fingerprint.equals(fingerprint)
        || !now.isBefore(result.at.plus(AGAIN))) {
      result = look(cluster, paused, fingerprint, now);
      results.put(uid, result);
    }
    if (result.problem != null) {
      problems.add(result.problem);
    }
    return result.tls;
  }

  private Result look(KeelsonCluster cluster, boolean paused, String fingerprint, Instant now) {
    try {
      if (!paused) {
        make(cluster);
      }
      return new Result(fingerprint, now, read(cluster), null);
    } catch (GeneralSecurityException | IllegalArgumentException bad) {
      return new Result(fingerprint, now, null, problem("Unusable", bad.getMessage()));
    } catch (KubernetesClientException refused) {
      return new Result(fingerprint, now, null, problem("NotMade", refused.getMessage()));
    }
  }

  private void make(KeelsonCluster cluster) throws GeneralSecurityException {
    Names names = Names.of(cluster);
    if (cluster.getSpec().tls().mode() == TlsMode.CertManager) {
      for (GenericKubernetesResource certificate : CertManager.certificates(cluster)) {
        var _ = kubernetes.apply(certificate);
      }
    }
    if (cluster.getSpec().tls().mode() != TlsMode.SelfSigned) {
      return;
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
      MemberConnections.require(
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
