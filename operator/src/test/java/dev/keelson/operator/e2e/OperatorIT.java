package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.operator.api.v1alpha1.BackupPhase;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.MemberStatus;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What a user does with the operator, in the order of a cluster's life. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class OperatorIT {
  private static final Duration START = Duration.ofSeconds(150);
  private static final Duration CHANGE = Duration.ofSeconds(150);
  private static final Path ROOT = Path.of(System.getProperty("keelson.root"));

  @TempDir Path files;
  private Rig rig;
  private Kubernetes kubernetes;

  @BeforeAll
  void install() {
    rig = Rig.find();
    kubernetes = new Kubernetes(rig);
    kubernetes.kubectl("apply", "--validate=false", "-k", ROOT.resolve("k8s").toString());
    var _ =
        kubernetes
            .client()
            .resource(
                new NamespaceBuilder()
                    .withNewMetadata()
                    .withName(Kubernetes.NAMESPACE)
                    .endMetadata()
                    .build())
            .create();
    kubernetes.kubectl(
        "-n",
        "keelson-operator",
        "wait",
        "--for=condition=Available",
        "--timeout=55s",
        "deployment/keelson-operator");
  }

  @AfterAll
  void remove() {
    if (kubernetes != null) {
      kubernetes.close();
    }
    if (rig != null) {
      rig.close();
    }
  }

  private void apply(String name, String spec) throws IOException {
    Path file = files.resolve(name + ".yaml");
    Files.writeString(
        file,
        """
        apiVersion: keelson.dev/v1alpha1
        kind: KeelsonCluster
        metadata:
          name: %s
        spec:
        """
                .formatted(name)
            + spec.indent(2));
    kubernetes.apply(file);
  }

  private void patch(String name, String spec) {
    kubernetes.kubectl(
        "-n",
        Kubernetes.NAMESPACE,
        "patch",
        "kc",
        name,
        "--type=merge",
        "-p",
        "{\"spec\":" + spec + "}");
  }

  private void scale(String name, int replicas) {
    kubernetes.kubectl("-n", Kubernetes.NAMESPACE, "scale", "kc/" + name, "--replicas=" + replicas);
  }

  private Client client(String cluster) {
    assumeTrue(rig.reachable(), "Services of this Kubernetes are not reachable from here");
    Secret secret =
        kubernetes
            .client()
            .secrets()
            .inNamespace(Kubernetes.NAMESPACE)
            .withName(cluster + "-client")
            .get();
    return new Client(Objects.requireNonNull(secret));
  }

  private static List<Long> serials(KeelsonCluster cluster) {
    return cluster.getStatus().members().stream().map(MemberStatus::serial).sorted().toList();
  }

  @Test
  @Order(1)
  void theSchemaRefusesWhatMakesNoSense() throws IOException {
    assertThat(refusal("replicas: 10")).contains("spec.replicas");
    assertThat(refusal("replicas: -1")).contains("spec.replicas");
    assertThat(refusal("tls: {mode: Sometimes}")).contains("spec.tls.mode");
    assertThat(refusal("version: latest")).contains("spec.version");
  }

  private String refusal(String spec) throws IOException {
    Path file = files.resolve("bad.yaml");
    Files.writeString(
        file,
        "apiVersion: keelson.dev/v1alpha1\nkind: KeelsonCluster\nmetadata: {name: bad}\nspec: {"
            + spec
            + "}\n");
    return kubernetes.refused(
        "-n", Kubernetes.NAMESPACE, "apply", "--validate=false", "-f", file.toString());
  }

  @Test
  @Order(2)
  void oneResourceMakesAClusterThatItsSecretOpens() throws IOException {
    apply("one", "replicas: 1\nstorage: {size: 1Gi}\nrepair: {diskLossGraceSeconds: 1}\n");
    KeelsonCluster cluster = kubernetes.awaitVoters("one", 1, START);
    assertThat(cluster.getStatus().clusterID()).isNotEmpty();
    assertThat(cluster.getStatus().selector()).contains("app.kubernetes.io/instance=one");
    assertThat(Kubernetes.is(cluster, "CertificatesValid")).isTrue();
    try (Client client = client("one")) {
      client.put("a", "1");
      assertThat(client.get("a")).isEqualTo("1");
    }
  }

  @Test
  @Order(3)
  void aLostPodComesBackOnItsDisk() {
    String id = kubernetes.cluster("one").getStatus().clusterID();
    kubernetes.kubectl("-n", Kubernetes.NAMESPACE, "delete", "pod", "one-1");
    KeelsonCluster cluster = kubernetes.awaitVoters("one", 1, START);
    assertThat(cluster.getStatus().clusterID()).isEqualTo(id);
    assertThat(serials(cluster)).containsExactly(1L);
    try (Client client = client("one")) {
      assertThat(client.get("a")).isEqualTo("1");
    }
  }

  @Test
  @Order(4)
  void aDeletedServiceIsMadeAgain() {
    kubernetes.kubectl("-n", Kubernetes.NAMESPACE, "delete", "service", "one");
    kubernetes.until(
        Duration.ofSeconds(20),
        () ->
            kubernetes.client().services().inNamespace(Kubernetes.NAMESPACE).withName("one").get()
                != null,
        () -> "no Service");
  }

  @Test
  @Order(5)
  void itGrowsToThreeByAPair() {
    scale("one", 3);
    KeelsonCluster cluster = kubernetes.awaitVoters("one", 3, CHANGE);
    assertThat(serials(cluster)).containsExactly(1L, 2L, 3L);
    try (Client client = client("one")) {
      assertThat(client.get("a")).isEqualTo("1");
      client.put("a", "2");
    }
  }

  @Test
  @Order(6)
  void aLostDiskIsReplacedByANewMember() {
    kubernetes.kubectl("-n", Kubernetes.NAMESPACE, "delete", "pvc", "data-one-2", "--wait=false");
    kubernetes.kubectl("-n", Kubernetes.NAMESPACE, "delete", "pod", "one-2", "--wait=false");
    kubernetes.await("one", CHANGE, cluster -> !serials(cluster).contains(2L));
    KeelsonCluster cluster = kubernetes.awaitVoters("one", 3, CHANGE);
    assertThat(serials(cluster)).containsExactly(1L, 3L, 4L);
    try (Client client = client("one")) {
      assertThat(client.get("a")).isEqualTo("2");
    }
  }

  @Test
  @Order(7)
  void changedSettingsReachAllMembersAndOneScaleDownFollows() {
    patch("one", "{\"replicas\": 1, \"config\": {\"quotaBytes\": 1073741824}}");
    KeelsonCluster cluster = kubernetes.awaitVoters("one", 1, CHANGE.multipliedBy(2));
    assertThat(cluster.getStatus().members()).hasSize(1);
    try (Client client = client("one")) {
      assertThat(client.get("a")).isEqualTo("2");
    }
  }

  @Test
  @Order(8)
  void zeroStopsAllAndMoreResumesAsItWas() {
    scale("one", 0);
    kubernetes.await("one", CHANGE, cluster -> Kubernetes.is(cluster, "Hibernated"));
    assertThat(kubernetes.cluster("one").getStatus().replicas()).isZero();
    scale("one", 1);
    kubernetes.awaitVoters("one", 1, START);
    try (Client client = client("one")) {
      assertThat(client.get("a")).isEqualTo("2");
    }
  }

  @Test
  @Order(9)
  void aBackupIsStoredAndANewClusterBeginsWithIt() throws IOException {
    Path claim = files.resolve("claim.yaml");
    Files.writeString(
        claim,
        """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: backups}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        ---
        apiVersion: keelson.dev/v1alpha1
        kind: KeelsonBackup
        metadata: {name: first}
        spec: {clusterRef: {name: one}, store: {pvc: {claimName: backups}}}
        """);
    kubernetes.apply(claim);
    kubernetes.until(
        CHANGE,
        () ->
            kubernetes.backup("first").getStatus() != null
                && kubernetes.backup("first").getStatus().finishedAt() != null,
        () -> "the backup has not ended: " + kubernetes.backup("first").getStatus());
    assertThat(kubernetes.backup("first").getStatus().phase()).isEqualTo(BackupPhase.Succeeded);
    apply("two", "replicas: 1\nstorage: {size: 1Gi}\nbootstrap: {fromBackup: {name: first}}\n");
    kubernetes.awaitVoters("two", 1, START);
    try (Client client = client("two")) {
      assertThat(client.get("a")).isEqualTo("2");
    }
  }

  @Test
  @Order(10)
  void aWrongSecretIsNamed() throws IOException {
    apply(
        "three",
        """
        replicas: 1
        storage: {size: 1Gi}
        tls: {mode: Secret, serverSecretName: none, peerSecretName: none}
        """);
    KeelsonCluster cluster =
        kubernetes.await(
            "three",
            Duration.ofSeconds(30),
            c -> Kubernetes.condition(c, "CertificatesValid") != null);
    assertThat(
            Objects.requireNonNull(Kubernetes.condition(cluster, "CertificatesValid")).getMessage())
        .contains("no Secret none");
    kubernetes.kubectl("-n", Kubernetes.NAMESPACE, "delete", "kc", "three", "--timeout=30s");
  }

  @Test
  @Order(11)
  void deletionIsHeldBackWhileItIsForbiddenAndKeepsTheDisks() {
    patch("one", "{\"deletionProtection\": true}");
    kubernetes.kubectl("-n", Kubernetes.NAMESPACE, "delete", "kc", "one", "--wait=false");
    kubernetes.kubectl(
        "-n",
        Kubernetes.NAMESPACE,
        "delete",
        "pod",
        "-l",
        "app.kubernetes.io/instance=one,app.kubernetes.io/component=member");
    kubernetes.until(
        START,
        () -> Objects.equals(kubernetes.cluster("one").getStatus().readyReplicas(), 1),
        () -> "not looked after any more");
    patch("one", "{\"deletionProtection\": false}");
    kubernetes.kubectl(
        "-n", Kubernetes.NAMESPACE, "wait", "--for=delete", "kc/one", "--timeout=50s");
    assertThat(
            kubernetes
                .client()
                .persistentVolumeClaims()
                .inNamespace(Kubernetes.NAMESPACE)
                .withLabel("app.kubernetes.io/instance", "one")
                .list()
                .getItems())
        .isNotEmpty();
  }
}
