package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.certificates.Authority;
import dev.keelson.operator.certificates.Issuer;
import dev.keelson.operator.certificates.KeyAndCertificate;
import dev.keelson.operator.certificates.LeafRequest;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Certificates that somebody else makes: the operator asks cert-manager, and this test does what
 * cert-manager does, as far as its kind {@code Certificate} and the Secrets it writes go.
 */
@ExtendWith(OnKubernetes.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CertManagerIT {
  private static final Duration LIMIT = Duration.ofSeconds(150);
  private static final String NAME = "managed";

  private final Kubernetes kubernetes;
  private final Issuer issuer = new Issuer();
  private final Authority authority = Authority.create(issuer, "company", 1, Instant.now());

  CertManagerIT(Kubernetes kubernetes) {
    this.kubernetes = kubernetes;
  }

  @Test
  void itsSecretsAreUsedAndTheirRenewalIsTakenUp() {
    kubernetes.create(NAME, "replicas: 1\ntls: {mode: CertManager, issuerRef: {name: company}}\n");
    says("NotMade", "ertificate");
    kubernetes.withKind("cert-manager.io", "v1", "Certificate", this::isServed);
  }

  private void isServed() {
    kubernetes.until(LIMIT, () -> asked().size() == 4, () -> "asked for: " + asked());
    says("Unusable", "there is no Secret " + NAME);
    issue();
    kubernetes.awaitVoters(NAME, 1, LIMIT);
    try (Client client = kubernetes.connect(NAME);
        Load load = new Load("managed", () -> kubernetes.connect(NAME))) {
      String before = kubernetes.secret(NAME + "-client", "tls.crt");
      assertThat(before).isEqualTo(kubernetes.secret(NAME + "-client-tls", "tls.crt"));
      issue();
      kubernetes.until(
          LIMIT,
          () ->
              kubernetes
                  .secret(NAME + "-client", "tls.crt")
                  .equals(kubernetes.secret(NAME + "-client-tls", "tls.crt")),
          () -> "the client Secret has the old certificate");
      assertThat(kubernetes.secret(NAME + "-client", "tls.crt")).isNotEqualTo(before);
      Load.Summary summary = load.end(client);
      assertThat(summary.acknowledged()).isPositive();
    }
    kubernetes.destroy(NAME);
  }

  /** What the condition of the certificates says. */
  private void says(String reason, String text) {
    kubernetes.await(
        NAME,
        LIMIT,
        cluster -> {
          Condition condition = Kubernetes.condition(cluster, "CertificatesValid");
          return condition != null
              && reason.equals(condition.getReason())
              && condition.getMessage().contains(text);
        });
  }

  private List<GenericKubernetesResource> asked() {
    return kubernetes
        .client()
        .genericKubernetesResources("cert-manager.io/v1", "Certificate")
        .inNamespace(Kubernetes.NAMESPACE)
        .list()
        .getItems();
  }

  /** Makes a new key and certificate for everything that was asked for. */
  private void issue() {
    for (GenericKubernetesResource certificate : asked()) {
      Map<?, ?> spec = Objects.requireNonNull((Map<?, ?>) certificate.get("spec"));
      assertThat(certificate.<String>get("spec", "issuerRef", "name")).isEqualTo("company");
      LeafRequest request =
          new LeafRequest(
              String.valueOf(spec.get("commonName")),
              texts(spec.get("dnsNames")),
              texts(spec.get("ipAddresses")));
      var _ =
          kubernetes
              .client()
              .resource(secret(String.valueOf(spec.get("secretName")), leaf(request)))
              .createOr(existing -> existing.update());
    }
  }

  private KeyAndCertificate leaf(LeafRequest request) {
    try {
      return authority.leaf(issuer, null, request, Duration.ofDays(1), Instant.now());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> texts(@Nullable Object list) {
    return list == null ? List.of() : ((List<?>) list).stream().map(String::valueOf).toList();
  }

  private Secret secret(String name, KeyAndCertificate pair) {
    return new SecretBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(Kubernetes.NAMESPACE)
        .endMetadata()
        .withType("kubernetes.io/tls")
        .addToStringData("ca.crt", authority.bundle())
        .addToStringData("tls.crt", pair.certificate())
        .addToStringData("tls.key", pair.key())
        .build();
  }
}
