package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.Retention;
import dev.keelson.operator.api.v1alpha1.StorageSpec;
import dev.keelson.operator.model.membership.DiskState;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The disk of a member, which is also the record of its identity. */
public final class Disks {
  private Disks() {}

  /** It outlives the resource unless {@code storage.retention.onDelete} says otherwise. */
  public static PersistentVolumeClaim claim(KeelsonCluster cluster, long serial, DiskState state) {
    Names names = Names.of(cluster);
    StorageSpec storage = cluster.getSpec().storage();
    List<OwnerReference> owners =
        storage.retention().onDelete() == Retention.Delete ? List.of(Owner.of(cluster)) : List.of();
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withName(names.disk(serial))
        .withNamespace(names.namespace())
        .withLabels(Labels.member(names, serial))
        .withAnnotations(Map.of(Labels.DISK_STATE, annotation(state)))
        .withOwnerReferences(owners)
        .endMetadata()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName(storage.storageClassName())
        .withNewResources()
        .withRequests(Map.of("storage", storage.size()))
        .endResources()
        .endSpec()
        .build();
  }

  /** How {@link Labels#DISK_STATE} spells a state. */
  public static String annotation(DiskState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
