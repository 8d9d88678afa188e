package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.AntiAffinity;
import dev.keelson.operator.api.v1alpha1.PodSpec;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodAffinityTermBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import java.util.List;

/** Where the members' Pods may run: on different nodes, and spread over the zones. */
final class Placement {
  private static final String NODE = "kubernetes.io/hostname";
  private static final String ZONE = "topology.kubernetes.io/zone";

  private Placement() {}

  static Affinity affinity(PodSpec pod, Names names) {
    if (pod.affinity() != null) {
      return pod.affinity();
    }
    PodAffinityTerm apart =
        new PodAffinityTermBuilder()
            .withTopologyKey(NODE)
            .withNewLabelSelector()
            .withMatchLabels(Labels.members(names))
            .endLabelSelector()
            .build();
    return pod.antiAffinity() == AntiAffinity.Required
        ? new AffinityBuilder()
            .withNewPodAntiAffinity()
            .withRequiredDuringSchedulingIgnoredDuringExecution(apart)
            .endPodAntiAffinity()
            .build()
        : new AffinityBuilder()
            .withNewPodAntiAffinity()
            .addNewPreferredDuringSchedulingIgnoredDuringExecution()
            .withWeight(100)
            .withPodAffinityTerm(apart)
            .endPreferredDuringSchedulingIgnoredDuringExecution()
            .endPodAntiAffinity()
            .build();
  }

  static List<TopologySpreadConstraint> spread(PodSpec pod, Names names) {
    if (!pod.topologySpread().isEmpty()) {
      return pod.topologySpread();
    }
    return List.of(
        new TopologySpreadConstraintBuilder()
            .withMaxSkew(1)
            .withTopologyKey(ZONE)
            .withWhenUnsatisfiable("ScheduleAnyway")
            .withNewLabelSelector()
            .withMatchLabels(Labels.members(names))
            .endLabelSelector()
            .build());
  }
}
