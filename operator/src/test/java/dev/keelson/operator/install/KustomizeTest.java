package dev.keelson.operator.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The three kustomizations, built by kubectl; skipped where there is none. */
final class KustomizeTest {
  private static final Path K8S = Path.of(System.getProperty("samples"), "..").normalize();

  @BeforeAll
  static void needsKubectl() {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl"))),
        "there is no kubectl");
  }

  private static List<HasMetadata> built(String folder) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("kubectl", "kustomize", K8S.resolve(folder).toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).as("kubectl kustomize %s", folder).isZero();
    Object objects = new KubernetesSerialization().unmarshal(new ByteArrayInputStream(output));
    return ((List<?>) objects).stream().map(HasMetadata.class::cast).toList();
  }

  private static <T> T one(List<HasMetadata> objects, Class<T> kind, String name) {
    return objects.stream()
        .filter(object -> kind.isInstance(object) && object.getMetadata().getName().equals(name))
        .map(kind::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void allOfTheOperatorIsInOneKustomization() throws IOException, InterruptedException {
    assertThat(built(""))
        .extracting(HasMetadata::getKind)
        .contains("Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Deployment")
        .filteredOn("CustomResourceDefinition"::equals)
        .hasSize(3);
  }

  @Test
  void inOneNamespaceTheOperatorHasNoRightBeyondIt() throws IOException, InterruptedException {
    List<HasMetadata> objects = built("namespaced");
    assertThat(objects)
        .filteredOn(object -> object.getMetadata().getNamespace() == null)
        .extracting(HasMetadata::getKind)
        .containsExactly("Namespace");
    Role clusters = one(objects, Role.class, "keelson-operator-clusters");
    assertThat(one(objects, RoleBinding.class, "keelson-operator-clusters").getRoleRef())
        .satisfies(
            ref -> {
              assertThat(ref.getKind()).isEqualTo("Role");
              assertThat(ref.getName()).isEqualTo(clusters.getMetadata().getName());
            });
    List<PolicyRule> everywhere =
        new ArrayList<>(one(built(""), ClusterRole.class, "keelson-operator").getRules());
    assertThat(everywhere.removeIf(rule -> rule.getResources().equals(List.of("nodes")))).isTrue();
    assertThat(clusters.getRules()).isEqualTo(everywhere);
  }

  @Test
  void inOneNamespaceTheOperatorLooksAtNoOther() throws IOException, InterruptedException {
    Deployment deployment = one(built("namespaced"), Deployment.class, "keelson-operator");
    assertThat(deployment.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv())
        .anySatisfy(
            variable -> {
              assertThat(variable.getName()).isEqualTo("KEELSON_OPERATOR_NAMESPACES");
              assertThat(variable.getValueFrom().getFieldRef().getFieldPath())
                  .isEqualTo("metadata.namespace");
            });
  }

  @Test
  void eachOfTwoReplicasHasANameOfItsOwn() throws IOException, InterruptedException {
    Deployment deployment = one(built(""), Deployment.class, "keelson-operator");
    assertThat(deployment.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv())
        .anySatisfy(
            variable -> {
              assertThat(variable.getName()).isEqualTo("KEELSON_OPERATOR_INSTANCE");
              assertThat(variable.getValueFrom().getFieldRef().getFieldPath())
                  .isEqualTo("metadata.name");
            });
  }

  @Test
  void monitoringHasDashboardRulesAndWhatToScrape() throws IOException, InterruptedException {
    assertThat(built("monitoring"))
        .extracting(object -> object.getKind() + " " + object.getMetadata().getName())
        .containsExactlyInAnyOrder(
            "ConfigMap keelson-dashboard",
            "PodMonitor keelson-members",
            "PodMonitor keelson-operator",
            "PrometheusRule keelson",
            "PrometheusRule keelson-operator");
  }
}
