package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.kubernetes.EventRecorder;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.model.ClusterConditions;
import dev.keelson.operator.model.Names;
import dev.keelson.operator.model.Problem;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Asks for larger disks when the specification does; Kubernetes grows them in place. */
final class DiskGrowth {
  private static final String STORAGE = "storage";

  private final KubernetesObjects kubernetes;
  private final EventRecorder events;

  DiskGrowth(KubernetesObjects kubernetes, EventRecorder events) {
    this.kubernetes = kubernetes;
    this.events = events;
  }

  void keep(KeelsonCluster cluster, Sighting seen, List<Problem> problems) {
    Quantity wanted = cluster.getSpec().storage().size();
    List<String> growing = new ArrayList<>();
    for (Map.Entry<Long, PersistentVolumeClaim> disk : new TreeMap<>(seen.disks()).entrySet()) {
      PersistentVolumeClaim claim = disk.getValue();
      String name = claim.getMetadata().getName();
      if (claim.getMetadata().getDeletionTimestamp() != null) {
        continue;
      }
      try {
        if (smaller(claim.getSpec().getResources().getRequests(), wanted)) {
          kubernetes.growDisk(Names.of(cluster), disk.getKey(), wanted.toString());
          events.normal(cluster, "GrowDisk", name + " grows to " + wanted);
        }
      } catch (KubernetesClientException refused) {
        problems.add(
            new Problem(
                ClusterConditions.STORAGE_RESIZING,
                "Refused",
                name + " cannot grow: " + refused.getStatus().getMessage()));
        return;
      }
      boolean bound = claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
      if (bound && smaller(claim.getStatus().getCapacity(), wanted)) {
        growing.add(name);
      } else if (!bound && claim.getStatus() != null) {
        problems.add(
            new Problem(
                ClusterConditions.DEGRADED, "DiskNotBound", name + " is not bound to a volume"));
      }
    }
    if (!growing.isEmpty()) {
      problems.add(
          new Problem(ClusterConditions.STORAGE_RESIZING, "Growing", String.join(", ", growing)));
    }
  }

  private static boolean smaller(Map<String, Quantity> sizes, Quantity wanted) {
    Quantity size = sizes == null ? null : sizes.get(STORAGE);
    return size != null && size.getNumericalAmount().compareTo(wanted.getNumericalAmount()) < 0;
  }
}
