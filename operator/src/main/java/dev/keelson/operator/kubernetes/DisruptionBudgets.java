package dev.keelson.operator.kubernetes;

import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/** Applies PodDisruptionBudgets in the newest version that the API server has. */
public final class DisruptionBudgets {
  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  private final boolean stable;

  /** Asks the API server for its versions, once. */
  public DisruptionBudgets(KubernetesClient client) {
    this.stable = client.supports(PodDisruptionBudget.class);
  }

  /** Whether the API server has {@code policy/v1}, which came with 1.21. */
  public boolean stable() {
    return stable;
  }

  /** Applies it as policy/v1, or the same as policy/v1beta1. */
  public void apply(AppliedObjects objects, PodDisruptionBudget budget) {
    objects.apply(stable ? budget : beta(budget));
  }

  private static io.fabric8.kubernetes.api.model.policy.v1beta1.PodDisruptionBudget beta(
      PodDisruptionBudget budget) {
    var same =
        JSON.convertValue(
            budget, io.fabric8.kubernetes.api.model.policy.v1beta1.PodDisruptionBudget.class);
    same.setApiVersion("policy/v1beta1");
    return same;
  }
}
