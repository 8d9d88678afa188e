package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.kubernetes.Fingerprint;
import dev.keelson.operator.model.ClusterConditions;
import dev.keelson.operator.model.Images;
import dev.keelson.operator.model.Labels;
import dev.keelson.operator.model.MemberPod;
import dev.keelson.operator.model.Problem;
import dev.keelson.operator.model.membership.StartMode;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes members' Pods, and tells those of an older specification from those of the present one. */
final class MemberPods {
  private final Images images;

  MemberPods(Images images) {
    this.images = images;
  }

  Pod pod(KeelsonCluster cluster, long serial, List<Long> peers, StartMode mode) {
    Pod pod = MemberPod.of(cluster, images, serial, peers, mode);
    TreeMap<String, String> annotations = new TreeMap<>(pod.getMetadata().getAnnotations());
    annotations.put(Labels.REVISION, revision(cluster, serial));
    pod.getMetadata().setAnnotations(annotations);
    return pod;
  }

  /** The version that members are made with; null if a specification names an image. */
  @Nullable String version(KeelsonCluster cluster) {
    return cluster.getSpec().image() == null ? images.version(cluster) : null;
  }

  /** A version that may not follow the one that runs; null if there is no such trouble. */
  @Nullable Problem refusal(KeelsonCluster cluster) {
    String refusal = images.refusal(cluster);
    return refusal == null
        ? null
        : new Problem(ClusterConditions.CONFIG_APPLIED, "VersionRefused", refusal);
  }

  /** Leaves out what only matters to a member's first start: the others, and how to begin. */
  String revision(KeelsonCluster cluster, long serial) {
    return Fingerprint.of(MemberPod.of(cluster, images, serial, List.of(serial), StartMode.MEMBER));
  }
}
