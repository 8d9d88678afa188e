package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    String yaml = Files.readString(manifest("three-members.yaml"));
    if (!kubernetes.client().supports(PodDisruptionBudget.class)) {
      yaml = yaml.replace("policy/v1", "policy/v1beta1");
    }
    kubernetes.apply(yaml);
    kubernetes.kubectl(
        "-n", Kubernetes.NAMESPACE, "rollout", "status", "statefulset/keelson", "--timeout=55s");
    assertThat(kubernetes.etcdctlAt("http://keelson:2379", "put", "greeting", "hello"))
        .contains("OK");
    assertThat(kubernetes.etcdctlAt("http://keelson:2379", "member", "list"))
        .contains("keelson-0", "keelson-1", "keelson-2");
    for (String kind : List.of("statefulset,service,pdb", "pod,pvc")) {
      kubernetes.kubectl(
          "-n", Kubernetes.NAMESPACE, "delete", kind, "-l", "app.kubernetes.io/instance=keelson");
    }
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
