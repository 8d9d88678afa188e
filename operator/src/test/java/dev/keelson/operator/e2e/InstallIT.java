package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.certificates.Authority;
import dev.keelson.operator.certificates.Issuer;
import dev.keelson.operator.certificates.KeyAndCertificate;
import dev.keelson.operator.certificates.LeafRequest;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What can be installed without the operator, or beside it. */
@ExtendWith(OnKubernetes.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class InstallIT {
  private final Kubernetes kubernetes;

  InstallIT(Kubernetes kubernetes) {
    this.kubernetes = kubernetes;
  }

  private static Path manifest(String name) {
    return LocalRig.root().resolve("k8s").resolve(name);
  }

  @Test
  void threeMembersServeWithoutTheOperator() throws IOException {
    threeMembers(Files.readString(manifest("three-members.yaml")));
    assertThat(kubernetes.etcdctlInPlainText("http://keelson:2379", "put", "greeting", "hello"))
        .contains("OK");
    assertThat(kubernetes.etcdctlInPlainText("http://keelson:2379", "member", "list"))
        .contains("keelson-0", "keelson-1", "keelson-2");
    removeThreeMembers();
  }

  /** As the head of the file says. */
  @Test
  void threeMembersServeWithoutTheOperatorOverTls() throws GeneralSecurityException {
    Issuer issuer = new Issuer();
    Instant now = Instant.now();
    Authority authority = Authority.create(issuer, "installed", 1, now);
    KeyAndCertificate pair =
        authority.leaf(
            issuer,
            null,
            new LeafRequest(
                "keelson",
                List.of(
                    "keelson",
                    "keelson." + Kubernetes.NAMESPACE + ".svc",
                    "*.keelson-peers",
                    "*.keelson-peers." + Kubernetes.NAMESPACE + ".svc.cluster.local",
                    "localhost"),
                List.of()),
            Duration.ofDays(1),
            now);
    var _ =
        kubernetes
            .client()
            .resource(
                new SecretBuilder()
                    .withNewMetadata()
                    .withName("keelson-tls")
                    .withNamespace(Kubernetes.NAMESPACE)
                    .endMetadata()
                    .addToStringData("ca.crt", authority.bundle())
                    .addToStringData("tls.crt", pair.certificate())
                    .addToStringData("tls.key", pair.key())
                    .build())
            .create();
    threeMembers(
        Command.of(
                "sed",
                "-e",
                "/ # tls$/s/# - /- /",
                "-e",
                "s/value: http$/value: https/",
                manifest("three-members.yaml").toString())
            .succeed(10));
    String endpoint = "https://keelson." + Kubernetes.NAMESPACE + ".svc:2379";
    assertThat(kubernetes.etcdctlAt(endpoint, "keelson-tls", "put", "greeting", "hello"))
        .contains("OK");
    assertThat(kubernetes.etcdctlAt(endpoint, "keelson-tls", "member", "list"))
        .contains("https://keelson-0.", "https://keelson-1.", "https://keelson-2.");
    removeThreeMembers();
  }

  private void threeMembers(String yaml) {
    kubernetes.apply(
        kubernetes.client().supports(PodDisruptionBudget.class)
            ? yaml
            : yaml.replace("policy/v1", "policy/v1beta1"));
    kubernetes.kubectl(
        "-n", Kubernetes.NAMESPACE, "rollout", "status", "statefulset/keelson", "--timeout=55s");
  }

  private void removeThreeMembers() {
    for (String kind : List.of("statefulset,service,pdb", "pod,pvc")) {
      kubernetes.kubectl(
          "-n", Kubernetes.NAMESPACE, "delete", kind, "-l", "app.kubernetes.io/instance=keelson");
    }
  }

  /**
   * Of the Prometheus operator's kinds only the names are here, so their content is not checked.
   */
  @Test
  void monitoringIsTakenByTheApiServer() {
    kubernetes.withKind(
        "monitoring.coreos.com",
        "v1",
        "PodMonitor",
        () ->
            kubernetes.withKind(
                "monitoring.coreos.com",
                "v1",
                "PrometheusRule",
                () ->
                    assertThat(kubernetes.kubectl("apply", "-k", manifest("monitoring").toString()))
                        .contains(
                            "configmap/keelson-dashboard created",
                            "podmonitor.monitoring.coreos.com/keelson-members created",
                            "prometheusrule.monitoring.coreos.com/keelson created")));
    inOperators("delete", "configmap", "keelson-dashboard");
  }

  @Test
  void inOneNamespaceTheOperatorGetsAlongWithTheRulesOfThatNamespace() {
    inOperators("scale", "deployment/keelson-operator", "--replicas=0");
    kubernetes.kubectl("delete", "clusterrolebinding,clusterrole", "keelson-operator");
    try {
      kubernetes.kubectl("apply", "--validate=false", "-k", manifest("namespaced").toString());
      kubernetes.awaitOperator();
      inOperators("apply", "-f", manifest("samples/cluster-development.yaml").toString());
      inOperators(
          "wait", "--for=jsonpath={.status.phase}=Running", "kc/development", "--timeout=55s");
      inOperators("delete", "kc/development", "--timeout=55s");
      inOperators("delete", "pvc", "-l", "app.kubernetes.io/instance=development");
    } finally {
      inOperators("delete", "role,rolebinding", "keelson-operator-clusters");
      kubernetes.installOperator();
    }
  }

  /** In the namespace of the operator. */
  private void inOperators(String... words) {
    List<String> all = new ArrayList<>(List.of("-n", Kubernetes.OPERATOR));
    all.addAll(List.of(words));
    kubernetes.kubectl(all.toArray(String[]::new));
  }
}
