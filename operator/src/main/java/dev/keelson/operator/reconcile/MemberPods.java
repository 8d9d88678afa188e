package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.kubernetes.Fingerprint;
import dev.keelson.operator.model.Images;
import dev.keelson.operator.model.Labels;
import dev.keelson.operator.model.MemberPod;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.TreeMap;

/** Makes members' Pods, and tells those of an older specification from those of the present one. */
final class MemberPods {
  private final Images images;

  MemberPods(Images images) {
    this.images = images;
  }

  Pod pod(KeelsonCluster cluster, long serial, List<Long> peers, boolean newCluster) {
    Pod pod = MemberPod.of(cluster, images, serial, peers, newCluster);
    TreeMap<String, String> annotations = new TreeMap<>(pod.getMetadata().getAnnotations());
    annotations.put(Labels.REVISION, revision(cluster, serial));
    pod.getMetadata().setAnnotations(annotations);
    return pod;
  }

  /** Leaves out what only matters to a member's first start: the others, and how to begin. */
  String revision(KeelsonCluster cluster, long serial) {
    return Fingerprint.of(MemberPod.of(cluster, images, serial, List.of(serial), false));
  }
}
