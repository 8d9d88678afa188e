package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.IssuerRef;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.TlsSpec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Certificates that cert-manager makes, as its Certificate resources ({@code cert-manager.io/v1}).
 */
public final class CertManager {
  private CertManager() {}

  /**
   * One for members towards clients, one between members, one for the operator, one for clients.
   */
  public static List<GenericKubernetesResource> certificates(KeelsonCluster cluster) {
    Names names = Names.of(cluster);
    TlsSpec tls = cluster.getSpec().tls();
    return List.of(
        certificate(
            cluster,
            TlsSecrets.server(tls, names),
            names.cluster(),
            CertificateHolders.serverNames(names),
            CertificateHolders.ADDRESSES),
        certificate(
            cluster,
            TlsSecrets.peer(tls, names),
            names.cluster() + "-peer",
            CertificateHolders.peerNames(names),
            List.of()),
        certificate(
            cluster, names.operatorSecret(), CertificateHolders.OPERATOR, List.of(), List.of()),
        certificate(
            cluster,
            names.clientCertificateSecret(),
            CertificateHolders.CLIENT,
            List.of(),
            List.of()));
  }

  private static GenericKubernetesResource certificate(
      KeelsonCluster cluster,
      String secretName,
      String commonName,
      List<String> hosts,
      List<String> addresses) {
    Names names = Names.of(cluster);
    TlsSpec tls = cluster.getSpec().tls();
    IssuerRef issuer = Objects.requireNonNull(tls.issuerRef(), "mode CertManager needs issuerRef");
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("secretName", secretName);
    spec.put("commonName", commonName);
    if (!hosts.isEmpty()) {
      spec.put("dnsNames", hosts);
    }
    if (!addresses.isEmpty()) {
      spec.put("ipAddresses", addresses);
    }
    spec.put(
        "usages",
        hosts.isEmpty()
            ? List.of("digital signature", "client auth")
            : List.of("digital signature", "server auth", "client auth"));
    spec.put("privateKey", Map.of("algorithm", "ECDSA", "size", 256, "encoding", "PKCS8"));
    spec.put("renewBefore", tls.renewBeforeSeconds() + "s");
    spec.put("issuerRef", Map.of("name", issuer.name(), "kind", issuer.kind()));
    GenericKubernetesResource certificate = new GenericKubernetesResource();
    certificate.setApiVersion("cert-manager.io/v1");
    certificate.setKind("Certificate");
    certificate.setMetadata(
        new ObjectMetaBuilder()
            .withName(secretName)
            .withNamespace(names.namespace())
            .withLabels(Labels.common(names))
            .withOwnerReferences(Owner.of(cluster))
            .build());
    certificate.setAdditionalProperty("spec", spec);
    return certificate;
  }
}
