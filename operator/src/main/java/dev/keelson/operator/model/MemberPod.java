package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.PodSpec;
import dev.keelson.operator.api.v1alpha1.TlsMode;
import dev.keelson.operator.api.v1alpha1.TlsSpec;
import dev.keelson.operator.model.membership.StartMode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The Pod of one member. */
public final class MemberPod {
  private static final long USER = 65_532;
  private static final String DATA = "data";
  private static final String SCRATCH = "scratch";
  private static final String SERVER_TLS = "server-tls";
  private static final String PEER_TLS = "peer-tls";

  private MemberPod() {}

  /**
   * A Pod that starts the member on its disk.
   *
   * @param peers serial numbers of all members it is told of, itself included
   * @param mode how the member starts
   */
  public static Pod of(
      KeelsonCluster cluster, Images images, long serial, List<Long> peers, StartMode mode) {
    Names names = Names.of(cluster);
    PodSpec pod = cluster.getSpec().pod();
    Map<String, String> labels = Labels.member(names, serial);
    labels.put(Labels.SERVING, "true");
    return new PodBuilder()
        .withNewMetadata()
        .withName(names.member(serial))
        .withNamespace(names.namespace())
        .withLabels(Labels.with(pod.labels(), labels))
        .withAnnotations(pod.annotations())
        .withOwnerReferences(Owner.of(cluster))
        .endMetadata()
        .withNewSpec()
        .withHostname(names.member(serial))
        .withSubdomain(names.peerService())
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(30L)
        .withPriorityClassName(pod.priorityClassName())
        .withNodeSelector(pod.nodeSelector())
        .withTolerations(pod.tolerations())
        .withAffinity(Placement.affinity(pod, names))
        .withTopologySpreadConstraints(Placement.spread(pod, names))
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(USER)
        .withRunAsGroup(USER)
        .withFsGroup(USER)
        .withFsGroupChangePolicy("OnRootMismatch")
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withContainers(
            server(cluster, images.of(cluster), ServerFlags.of(cluster, serial, peers, mode)))
        .withVolumes(volumes(cluster, serial))
        .endSpec()
        .build();
  }

  /** Whether a Pod makes its member a cluster of its own whenever it starts. */
  public static boolean forced(Pod pod) {
    return pod.getSpec().getContainers().stream()
        .anyMatch(server -> server.getArgs().contains("--" + ServerFlags.FORCE + "=true"));
  }

  private static Container server(KeelsonCluster cluster, String image, List<String> flags) {
    return new ContainerBuilder()
        .withName("keelson")
        .withImage(image)
        .withArgs(flags)
        .withResources(cluster.getSpec().pod().resources())
        .withPorts(
            port("client", Names.CLIENT_PORT),
            port("peer", Names.PEER_PORT),
            port("health", Names.HEALTH_PORT))
        .withStartupProbe(probe("/livez", 2, 150))
        .withLivenessProbe(probe("/livez", 5, 6))
        .withReadinessProbe(probe("/readyz", 2, 2))
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .withVolumeMounts(mounts(cluster))
        .build();
  }

  private static ContainerPort port(String name, int number) {
    return new ContainerPortBuilder()
        .withName(name)
        .withContainerPort(number)
        .withProtocol("TCP")
        .build();
  }

  /** A start may replay a long log, so it has five minutes; after it, half a minute is a hang. */
  private static Probe probe(String path, int periodSeconds, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withPort(new IntOrString("health"))
        .endHttpGet()
        .withPeriodSeconds(periodSeconds)
        .withTimeoutSeconds(5)
        .withFailureThreshold(failures)
        .build();
  }

  private static List<VolumeMount> mounts(KeelsonCluster cluster) {
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(mount(DATA, ServerFlags.DATA_MOUNT, false));
    mounts.add(mount(SCRATCH, "/tmp", false));
    if (cluster.getSpec().tls().mode() != TlsMode.Off) {
      mounts.add(mount(SERVER_TLS, ServerFlags.SERVER_TLS_MOUNT, true));
      mounts.add(mount(PEER_TLS, ServerFlags.PEER_TLS_MOUNT, true));
    }
    return mounts;
  }

  private static VolumeMount mount(String name, String path, boolean readOnly) {
    return new VolumeMountBuilder()
        .withName(name)
        .withMountPath(path)
        .withReadOnly(readOnly)
        .build();
  }

  private static List<Volume> volumes(KeelsonCluster cluster, long serial) {
    Names names = Names.of(cluster);
    TlsSpec tls = cluster.getSpec().tls();
    List<Volume> volumes = new ArrayList<>();
    volumes.add(
        new VolumeBuilder()
            .withName(DATA)
            .withNewPersistentVolumeClaim()
            .withClaimName(names.disk(serial))
            .endPersistentVolumeClaim()
            .build());
    volumes.add(new VolumeBuilder().withName(SCRATCH).withNewEmptyDir().endEmptyDir().build());
    if (tls.mode() != TlsMode.Off) {
      volumes.add(secret(SERVER_TLS, TlsSecrets.server(tls, names)));
      volumes.add(secret(PEER_TLS, TlsSecrets.peer(tls, names)));
    }
    return volumes;
  }

  private static Volume secret(String name, String secret) {
    return new VolumeBuilder()
        .withName(name)
        .withNewSecret()
        .withSecretName(secret)
        .withDefaultMode(0440)
        .endSecret()
        .build();
  }
}
