package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.model.ClusterConditions;
import dev.keelson.operator.model.Conditions;
import dev.keelson.operator.model.membership.Membership;
import dev.keelson.operator.model.membership.QuorumGuard;
import dev.keelson.operator.model.membership.Step;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the operator counts: its clusters by state, and its steps by kind. */
public final class OperatorMetrics {
  private final MeterRegistry registry;
  private final Set<String> clusters = ConcurrentHashMap.newKeySet();
  private final Set<String> withoutQuorum = ConcurrentHashMap.newKeySet();
  private final Set<String> changing = ConcurrentHashMap.newKeySet();
  private final Set<String> overdue = ConcurrentHashMap.newKeySet();

  /** Registers the gauges. */
  public OperatorMetrics(MeterRegistry registry) {
    this.registry = registry;
    registry.gaugeCollectionSize("keelson.operator.clusters", Tags.empty(), clusters);
    registry.gaugeCollectionSize(
        "keelson.operator.clusters.without.quorum", Tags.empty(), withoutQuorum);
    registry.gaugeCollectionSize("keelson.operator.clusters.changing", Tags.empty(), changing);
    registry.gaugeCollectionSize("keelson.operator.clusters.backup.overdue", Tags.empty(), overdue);
  }

  void seen(KeelsonCluster cluster, Sighting seen) {
    String key = key(cluster.getMetadata().getNamespace(), cluster.getMetadata().getName());
    clusters.add(key);
    Membership membership = seen.observation().membership();
    boolean asleep = cluster.getSpec().replicas() == 0;
    boolean quorum =
        membership != null
            && QuorumGuard.holds(membership.voterCount(), membership.healthyVoterCount());
    put(withoutQuorum, key, !quorum && !asleep);
    put(changing, key, seen.observation().operation() != null);
  }

  /** From the conditions, once they are written. */
  void reported(KeelsonCluster cluster) {
    boolean late =
        cluster.getStatus() != null
            && Conditions.isFalse(cluster.getStatus().conditions(), ClusterConditions.BACKUP_FRESH);
    put(overdue, key(cluster.getMetadata().getNamespace(), cluster.getMetadata().getName()), late);
  }

  void forget(String namespace, String name) {
    String key = key(namespace, name);
    clusters.remove(key);
    withoutQuorum.remove(key);
    changing.remove(key);
    overdue.remove(key);
  }

  void step(Step step) {
    registry.counter("keelson.operator.steps", "step", StepNotes.reason(step)).increment();
  }

  void refused() {
    registry.counter("keelson.operator.steps.refused").increment();
  }

  private static void put(Set<String> set, String key, boolean in) {
    if (in) {
      set.add(key);
    } else {
      set.remove(key);
    }
  }

  private static String key(String namespace, String name) {
    return namespace + "/" + name;
  }
}
