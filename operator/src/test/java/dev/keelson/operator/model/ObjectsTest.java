package dev.keelson.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.model.membership.DiskState;
import dev.keelson.operator.model.membership.StartMode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The objects made from a resource. */
final class ObjectsTest {
  private static final Images IMAGES = new Images("registry.example/keelson", "0.1.0");

  private static KeelsonCluster cluster(String spec) {
    return Serialization.unmarshal(
        """
        {"apiVersion": "keelson.dev/v1alpha1", "kind": "KeelsonCluster",
         "metadata": {"name": "demo", "namespace": "ns", "uid": "u-1"}, "spec": %s}"""
            .formatted(spec.replace('\'', '"')),
        KeelsonCluster.class);
  }

  private static Container server(Pod pod) {
    return pod.getSpec().getContainers().getFirst();
  }

  @Test
  void theSeedMayStartAClusterOfItself() {
    Pod pod =
        MemberPod.of(cluster("{'tls': {'mode': 'Off'}}"), IMAGES, 1, List.of(1L), StartMode.SEED);
    assertThat(pod.getMetadata().getName()).isEqualTo("demo-1");
    assertThat(pod.getSpec().getHostname()).isEqualTo("demo-1");
    assertThat(pod.getSpec().getSubdomain()).isEqualTo("demo-peers");
    assertThat(server(pod).getImage()).isEqualTo("registry.example/keelson:0.1.0");
    assertThat(server(pod).getArgs())
        .contains(
            "--name=demo-1",
            "--initial-cluster=demo-1=http://demo-1.demo-peers.ns.svc:2380",
            "--initial-cluster-state=new",
            "--initial-cluster-token=u-1",
            "--advertise-client-urls=http://demo-1.demo-peers.ns.svc:2379",
            "--quota-backend-bytes=2147483648",
            "--max-learners=2")
        .noneMatch(flag -> flag.contains("cert"));
  }

  @Test
  void aJoiningMemberKnowsAllAndCannotStartACluster() {
    Pod pod = MemberPod.of(cluster("{}"), IMAGES, 4, List.of(1L, 4L), StartMode.MEMBER);
    assertThat(server(pod).getArgs())
        .contains(
            "--initial-cluster=demo-1=https://demo-1.demo-peers.ns.svc:2380,"
                + "demo-4=https://demo-4.demo-peers.ns.svc:2380",
            "--initial-cluster-state=existing",
            "--client-cert-auth=true",
            "--peer-client-cert-auth=true");
    assertThat(pod.getSpec().getVolumes())
        .extracting(volume -> volume.getName())
        .containsExactly("data", "scratch", "server-tls", "peer-tls");
    assertThat(pod.getSpec().getVolumes().get(2).getSecret().getSecretName())
        .isEqualTo("demo-server-tls");
  }

  @Test
  void onlyAForcedMemberLeavesTheOthersBehind() {
    Pod forced = MemberPod.of(cluster("{}"), IMAGES, 4, List.of(4L), StartMode.FORCED);
    assertThat(server(forced).getArgs())
        .contains("--force-new-cluster=true", "--initial-cluster-state=existing");
    assertThat(MemberPod.forced(forced)).isTrue();
    for (StartMode usual : List.of(StartMode.SEED, StartMode.MEMBER)) {
      assertThat(MemberPod.forced(MemberPod.of(cluster("{}"), IMAGES, 4, List.of(4L), usual)))
          .isFalse();
    }
  }

  @Test
  void theProbesAskTheServersHealthEndpoints() {
    Container server =
        server(MemberPod.of(cluster("{}"), IMAGES, 1, List.of(1L), StartMode.MEMBER));
    assertThat(server.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/livez");
    assertThat(server.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/readyz");
    assertThat(server.getArgs()).contains("--listen-metrics-urls=http://0.0.0.0:2381");
    assertThat(server.getPorts())
        .anySatisfy(
            port -> {
              assertThat(port.getName()).isEqualTo("health");
              assertThat(port.getContainerPort()).isEqualTo(2381);
            });
  }

  @Test
  void extraSettingsCannotTakeTheOperatorsPlace() {
    KeelsonCluster cluster =
        cluster("{'config': {'extra': {'name': 'x', 'heartbeat-interval': '50'}}}");
    assertThat(server(MemberPod.of(cluster, IMAGES, 1, List.of(1L), StartMode.MEMBER)).getArgs())
        .contains("--name=demo-1", "--heartbeat-interval=50")
        .doesNotContain("--name=x");
  }

  @Test
  void aPersonsLabelsCannotTakeTheOperatorsPlace() {
    KeelsonCluster cluster =
        cluster("{'pod': {'labels': {'keelson.dev/serial': '9', 'team': 'a'}}}");
    assertThat(
            MemberPod.of(cluster, IMAGES, 1, List.of(1L), StartMode.MEMBER)
                .getMetadata()
                .getLabels())
        .containsEntry("keelson.dev/serial", "1")
        .containsEntry("team", "a");
  }

  @Test
  void theSelectorsMatchTheMemberPods() {
    KeelsonCluster cluster = cluster("{}");
    Pod pod = MemberPod.of(cluster, IMAGES, 1, List.of(1L), StartMode.MEMBER);
    var labels = pod.getMetadata().getLabels();
    assertThat(labels).containsAllEntriesOf(Services.client(cluster).getSpec().getSelector());
    assertThat(labels).containsAllEntriesOf(Services.peers(cluster).getSpec().getSelector());
    assertThat(labels)
        .containsAllEntriesOf(
            DisruptionBudget.of(cluster, 3).getSpec().getSelector().getMatchLabels());
    for (String label : Labels.selector(Names.of(cluster)).split(",", -1)) {
      int equals = label.indexOf('=');
      assertThat(labels).containsEntry(label.substring(0, equals), label.substring(equals + 1));
    }
    assertThat(Services.peers(cluster).getSpec().getPublishNotReadyAddresses()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"3,3,2", "3,5,3", "5,3,3", "1,0,1", "0,0,0", "4,4,3"})
  void theBudgetKeepsAQuorumOfWhatIsOrWillBe(int voters, int target, int minimum) {
    KeelsonCluster cluster = cluster("{'replicas': " + target + "}");
    assertThat(DisruptionBudget.of(cluster, voters).getSpec().getMinAvailable().getIntVal())
        .isEqualTo(minimum);
  }

  @Test
  void aDiskOutlivesTheResourceUnlessToldOtherwise() {
    PersistentVolumeClaim kept = Disks.claim(cluster("{}"), 2, DiskState.JOINING);
    assertThat(kept.getMetadata().getName()).isEqualTo("data-demo-2");
    assertThat(kept.getMetadata().getOwnerReferences()).isEmpty();
    assertThat(kept.getMetadata().getAnnotations()).containsEntry(Labels.DISK_STATE, "joining");
    assertThat(kept.getSpec().getResources().getRequests().get("storage")).hasToString("10Gi");
    KeelsonCluster deleting = cluster("{'storage': {'retention': {'onDelete': 'Delete'}}}");
    assertThat(Disks.claim(deleting, 2, DiskState.VOTER).getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(owner -> assertThat(owner.getUid()).isEqualTo("u-1"));
  }

  @Test
  void antiAffinityIsPreferredRequiredOrAPersonsOwn() {
    var preferred = MemberPod.of(cluster("{}"), IMAGES, 1, List.of(1L), StartMode.MEMBER).getSpec();
    assertThat(
            preferred
                .getAffinity()
                .getPodAntiAffinity()
                .getPreferredDuringSchedulingIgnoredDuringExecution())
        .hasSize(1);
    KeelsonCluster strict = cluster("{'pod': {'antiAffinity': 'Required'}}");
    var required = MemberPod.of(strict, IMAGES, 1, List.of(1L), StartMode.MEMBER).getSpec();
    assertThat(
            required
                .getAffinity()
                .getPodAntiAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution())
        .hasSize(1);
  }

  @Test
  void aPeerUrlTellsTheSerialNumber() {
    Names names = new Names("demo", "ns");
    assertThat(names.serialOf(names.peerUrl(17, true))).hasValue(17);
    assertThat(names.serialOf(names.peerUrl(17, false))).hasValue(17);
    assertThat(names.serialOf("https://demo-0.demo-peers.ns.svc:2380")).isEmpty();
    assertThat(names.serialOf("https://demo-x.demo-peers.ns.svc:2380")).isEmpty();
    assertThat(names.serialOf("https://demo-1.demo-peers.other.svc:2380")).isEmpty();
    assertThat(names.serialOf("https://10.0.0.1:2380")).isEmpty();
  }
}
