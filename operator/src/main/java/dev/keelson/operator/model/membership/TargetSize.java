package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.api.v1alpha1.EvenReplicas;

/** How many voters a specification really aims at. */
public final class TargetSize {
  private TargetSize() {}

  /** {@code spec.replicas} after {@code spec.evenReplicas}; 0 means hibernated. */
  public static int of(ClusterSpec spec) {
    return of(spec.replicas(), spec.evenReplicas());
  }

  static int of(int replicas, EvenReplicas rule) {
    if (replicas == 0 || replicas % 2 == 1) {
      return replicas;
    }
    return switch (rule) {
      case Warn -> replicas;
      case RoundDown -> replicas - 1;
      case RoundUp -> replicas + 1;
    };
  }
}
