package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.MemberStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a user does with the operator, in the order of a cluster's life, while clients write to it.
 */
@ExtendWith(OnKubernetes.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class OperatorIT {
  private static final String ONE = "one";

  /** For one change of a member or two; much longer than it takes on a machine of its own. */
  private static final Duration CHANGE = Duration.ofSeconds(150);

  private final Kubernetes kubernetes;

  OperatorIT(Kubernetes kubernetes) {
    this.kubernetes = kubernetes;
  }

  private static List<Long> serials(KeelsonCluster cluster) {
    return cluster.getStatus().members().stream().map(MemberStatus::serial).sorted().toList();
  }

  /** Does something to the cluster while it is written to; no request fails, no write is lost. */
  private void underLoad(String name, Runnable change) {
    try (Client client = kubernetes.connect(ONE);
        Load load = new Load(name, () -> kubernetes.connect(ONE))) {
      change.run();
      Load.Summary summary = load.end(client);
      assertThat(summary.acknowledged()).isPositive();
      System.out.println(name + ": " + summary);
    }
  }

  /** Deletes a Pod; returns when another one has taken its place. */
  private void lose(String pod) {
    String uid = kubernetes.pod(pod).getMetadata().getUid();
    kubectl("delete", "pod", pod, "--wait=false");
    kubernetes.until(
        CHANGE,
        () ->
            kubernetes.memberPods(ONE).stream()
                .filter(found -> found.getMetadata().getName().equals(pod))
                .filter(found -> !found.getMetadata().getUid().equals(uid))
                .anyMatch(Readiness::isPodReady),
        () -> pod + " does not come back");
    kubernetes.awaitVoters(ONE, 3, CHANGE);
  }

  private void kubectl(String... words) {
    String[] all = new String[words.length + 2];
    all[0] = "-n";
    all[1] = Kubernetes.NAMESPACE;
    System.arraycopy(words, 0, all, 2, words.length);
    var _ = kubernetes.kubectl(all);
  }

  @Test
  @Order(1)
  void theSchemaRefusesWhatMakesNoSense() {
    assertThat(refusal("replicas: 10")).contains("spec.replicas");
    assertThat(refusal("replicas: -1")).contains("spec.replicas");
    assertThat(refusal("tls: {mode: Sometimes}")).contains("spec.tls.mode");
    assertThat(refusal("version: latest")).contains("spec.version");
  }

  private String refusal(String spec) {
    return kubernetes.refused(
        "apiVersion: keelson.dev/v1alpha1\nkind: KeelsonCluster\nmetadata: {name: bad}\nspec: {"
            + spec
            + "}\n");
  }

  @Test
  @Order(2)
  void oneResourceMakesAClusterThatItsSecretOpensForEtcdctlInAPod() {
    kubernetes.create(ONE, "repair: {diskLossGraceSeconds: 1}\nmembership: {drainSeconds: 2}\n");
    KeelsonCluster cluster = kubernetes.awaitVoters(ONE, 3, CHANGE);
    assertThat(cluster.getStatus().clusterID()).isNotEmpty();
    assertThat(cluster.getStatus().selector()).contains("app.kubernetes.io/instance=one");
    assertThat(Kubernetes.is(cluster, "CertificatesValid")).isTrue();
    assertThat(serials(cluster)).containsExactly(1L, 2L, 3L);
    assertThat(kubernetes.etcdctl(ONE, "put", "greeting", "hello")).contains("OK");
    assertThat(kubernetes.etcdctl(ONE, "get", "greeting")).contains("greeting\nhello");
  }

  @Test
  @Order(3)
  void itGrowsAndShrinksByPairsUnderLoad() {
    underLoad(
        "scale",
        () -> {
          kubernetes.scale(ONE, 5);
          assertThat(serials(kubernetes.awaitVoters(ONE, 5, CHANGE)))
              .containsExactly(1L, 2L, 3L, 4L, 5L);
          kubernetes.scale(ONE, 3);
          kubernetes.awaitVoters(ONE, 3, CHANGE);
        });
    assertThat(kubernetes.cluster(ONE).getStatus().replicas()).isEqualTo(3);
  }

  @Test
  @Order(4)
  void aLostPodComesBackOnItsDiskUnderLoad() {
    KeelsonCluster before = kubernetes.cluster(ONE);
    underLoad("lost-pod", () -> lose(Objects.requireNonNull(before.getStatus().leader())));
    KeelsonCluster after = kubernetes.cluster(ONE);
    assertThat(after.getStatus().clusterID()).isEqualTo(before.getStatus().clusterID());
    assertThat(serials(after)).isEqualTo(serials(before));
  }

  @Test
  @Order(5)
  void aLostDiskIsReplacedByANewMemberUnderLoad() {
    long victim = serials(kubernetes.cluster(ONE)).getLast();
    underLoad(
        "lost-disk",
        () -> {
          kubectl("delete", "pvc", "data-one-" + victim, "--wait=false");
          kubectl("delete", "pod", "one-" + victim, "--wait=false");
          kubernetes.await(ONE, CHANGE, cluster -> !serials(cluster).contains(victim));
          kubernetes.awaitVoters(ONE, 3, CHANGE);
        });
    assertThat(serials(kubernetes.cluster(ONE))).hasSize(3).doesNotContain(victim);
  }

  @Test
  @Order(6)
  void anUpgradeAndNewSettingsReachAllMembersOneByOneUnderLoadTheLeaderLast() {
    String leader = Objects.requireNonNull(kubernetes.cluster(ONE).getStatus().leader());
    underLoad(
        "roll",
        () -> {
          kubernetes.patch(
              ONE, "{\"image\": \"keelson:0.1.1\", \"config\": {\"quotaBytes\": 1073741824}}");
          kubernetes.awaitVoters(ONE, 3, CHANGE.multipliedBy(2));
        });
    assertThat(kubernetes.memberPods(ONE))
        .allSatisfy(
            pod -> {
              assertThat(pod.getSpec().getContainers().getFirst().getImage())
                  .isEqualTo("keelson:0.1.1");
              assertThat(pod.getSpec().getContainers().getFirst().getArgs())
                  .contains("--quota-backend-bytes=1073741824");
            });
    List<String> rolls =
        kubernetes.events(ONE).stream().filter(event -> event.contains("Roll of")).toList();
    assertThat(rolls).hasSize(3);
    assertThat(rolls.getLast()).contains("Roll of " + leader);
  }

  @Test
  @Order(7)
  void aBadImageCostsOneMemberAndNotTheCluster() {
    underLoad(
        "bad-image",
        () -> {
          kubernetes.patch(ONE, "{\"image\": \"nowhere:1\"}");
          KeelsonCluster cluster =
              kubernetes.await(
                  ONE,
                  CHANGE,
                  c -> {
                    Condition degraded = Kubernetes.condition(c, "Degraded");
                    return degraded != null && degraded.getMessage().contains("ImagePullBackOff");
                  });
          assertThat(Kubernetes.is(cluster, "Available")).isTrue();
          assertThat(Kubernetes.is(cluster, "ConfigApplied")).isFalse();
          kubernetes.patch(ONE, "{\"image\": \"keelson:0.1.1\"}");
          kubernetes.awaitVoters(ONE, 3, CHANGE);
        });
  }

  @Test
  @Order(8)
  void certificatesAndAuthoritiesAreReplacedUnderLoad() {
    String before = kubernetes.secret("one-client", "ca.crt");
    underLoad(
        "rotation",
        () -> {
          kubectl("delete", "secret", "one-server-tls", "one-peer-tls");
          kubernetes.replaceAuthorities(ONE, CHANGE);
          assertThat(kubernetes.secret("one-client", "ca.crt")).doesNotContain(before);
          // Members that start now have never seen the old authorities.
          lose(Objects.requireNonNull(kubernetes.anyFollower(ONE)));
        });
  }

  @Test
  @Order(9)
  void whatAPersonTookAwayIsMadeAgain() {
    List<Long> before = serials(kubernetes.cluster(ONE));
    String removed = Objects.requireNonNull(kubernetes.anyFollower(ONE));
    kubectl("delete", "service", ONE);
    kubernetes.until(
        CHANGE,
        () ->
            kubernetes.client().services().inNamespace(Kubernetes.NAMESPACE).withName(ONE).get()
                != null,
        () -> "no Service");
    underLoad(
        "removed",
        () -> {
          try (Client client = kubernetes.connect(ONE)) {
            client.removeMember(removed);
          }
          kubernetes.await(ONE, CHANGE, cluster -> serials(cluster).contains(before.getLast() + 1));
          kubernetes.awaitVoters(ONE, 3, CHANGE);
        });
    assertThat(kubernetes.memberPods(ONE))
        .extracting(pod -> pod.getMetadata().getName())
        .doesNotContain(removed);
  }

  @Test
  @Order(10)
  void aPausedClusterIsLookedAtAndLeftAlone() {
    kubernetes.patch(ONE, "{\"paused\": true, \"replicas\": 5}");
    KeelsonCluster cluster =
        kubernetes.await(
            ONE,
            CHANGE,
            c -> Kubernetes.is(c, "Paused") && Objects.equals(c.getStatus().targetReplicas(), 5));
    assertThat(cluster.getStatus().operation()).isNull();
    assertThat(cluster.getStatus().voters()).isEqualTo(3);
    assertThat(Kubernetes.is(cluster, "Available")).isTrue();
    kubernetes.patch(ONE, "{\"paused\": false, \"replicas\": 3}");
    kubernetes.awaitVoters(ONE, 3, CHANGE);
  }

  @Test
  @Order(11)
  void zeroStopsAllAndMoreResumesAsItWas() {
    List<Long> before = serials(kubernetes.cluster(ONE));
    kubernetes.scale(ONE, 0);
    kubernetes.await(ONE, CHANGE, cluster -> Kubernetes.is(cluster, "Hibernated"));
    assertThat(kubernetes.memberPods(ONE)).isEmpty();
    assertThat(kubernetes.cluster(ONE).getStatus().replicas()).isZero();
    long alarms = quorumsLost();
    kubernetes.scale(ONE, 3);
    assertThat(serials(kubernetes.awaitVoters(ONE, 3, CHANGE))).isEqualTo(before);
    assertThat(quorumsLost()).as("members that start are not lost").isEqualTo(alarms);
    assertThat(kubernetes.etcdctl(ONE, "get", "greeting")).contains("greeting\nhello");
  }

  private long quorumsLost() {
    return kubernetes.events(ONE).stream().filter(event -> event.startsWith("QuorumLost")).count();
  }

  @Test
  @Order(12)
  void deletionIsHeldBackWhileItIsForbidden() {
    kubernetes.patch(ONE, "{\"deletionProtection\": true}");
    kubectl("delete", "kc", ONE, "--wait=false");
    lose(Objects.requireNonNull(kubernetes.anyFollower(ONE)));
    assertThat(kubernetes.cluster(ONE).getMetadata().getDeletionTimestamp()).isNotNull();
  }

  @Test
  @Order(13)
  void aLostQuorumIsLeftAloneAndToldOf() {
    List<Long> serials = serials(kubernetes.cluster(ONE));
    String last = "one-" + serials.getFirst();
    String uid = kubernetes.pod(last).getMetadata().getUid();
    for (long victim : serials.subList(1, 3)) {
      kubectl("delete", "pvc", "data-one-" + victim, "--wait=false");
    }
    kubectl("delete", "pod", "one-" + serials.get(1), "one-" + serials.get(2), "--wait=false");
    KeelsonCluster cluster =
        kubernetes.await(
            ONE,
            CHANGE.multipliedBy(2),
            c -> {
              Condition available = Kubernetes.condition(c, "Available");
              return available != null && "QuorumLost".equals(available.getReason());
            });
    assertThat(Kubernetes.is(cluster, "Available")).isFalse();
    assertThat(Kubernetes.is(cluster, "QuorumHealthy")).isFalse();
    kubernetes.until(
        CHANGE,
        () -> kubernetes.memberPods(ONE).size() == 1,
        () -> "Pods that were told to go are still there");
    assertThat(kubernetes.pod(last).getMetadata().getUid()).isEqualTo(uid);
    assertThat(serials(kubernetes.cluster(ONE))).isEqualTo(serials);
  }

  @Test
  @Order(14)
  void oneMemberGoesOnAloneWhenAPersonSaysSo() {
    String id = Objects.requireNonNull(kubernetes.cluster(ONE).getStatus().clusterID());
    kubernetes.patch(
        ONE,
        "{\"recovery\": {\"mode\": \"FromMember\", \"number\": 1, \"confirmClusterID\": \"%s\"}}"
            .formatted(id));
    kubernetes.awaitVoters(ONE, 3, CHANGE.multipliedBy(2));
    assertThat(kubernetes.cluster(ONE).getStatus().clusterID()).isEqualTo(id);
    assertThat(kubernetes.etcdctl(ONE, "get", "greeting")).contains("greeting\nhello");
    assertThat(
            kubernetes.etcdctl(ONE, "get", "--prefix", "--count-only", "-w", "fields", "removed/"))
        .as("what was written to the members that were lost")
        .doesNotContain("\"Count\" : 0");
  }

  @Test
  @Order(15)
  void whenProtectionIsLiftedItGoesAndItsDisksStay() {
    kubernetes.patch(ONE, "{\"deletionProtection\": false}");
    kubectl("wait", "--for=delete", "kc/one", "--timeout=50s");
    assertThat(kubernetes.disks(ONE)).as("disks stay").isNotEmpty();
    kubernetes.removeLeftovers(ONE);
  }
}
