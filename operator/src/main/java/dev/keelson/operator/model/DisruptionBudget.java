package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.model.membership.QuorumGuard;
import dev.keelson.operator.model.membership.TargetSize;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;

/** Keeps node drains from taking a quorum. */
public final class DisruptionBudget {
  private DisruptionBudget() {}

  /**
   * A quorum of the voters there are or will be, whichever are more. An absolute number: Kubernetes
   * resolves a percentage through the scale of the Pods' owner, which is not the number of voters.
   *
   * @param voters voters at present
   */
  public static PodDisruptionBudget of(KeelsonCluster cluster, int voters) {
    Names names = Names.of(cluster);
    int members = Math.max(voters, TargetSize.of(cluster.getSpec()));
    return new PodDisruptionBudgetBuilder()
        .withNewMetadata()
        .withName(names.disruptionBudget())
        .withNamespace(names.namespace())
        .withLabels(Labels.common(names))
        .withOwnerReferences(Owner.of(cluster))
        .endMetadata()
        .withNewSpec()
        .withMinAvailable(new IntOrString(members == 0 ? 0 : QuorumGuard.quorum(members)))
        .withNewSelector()
        .withMatchLabels(Labels.members(names))
        .endSelector()
        .endSpec()
        .build();
  }
}
