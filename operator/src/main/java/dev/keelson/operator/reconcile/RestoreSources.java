package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.BackupPhase;
import dev.keelson.operator.api.v1alpha1.BackupSource;
import dev.keelson.operator.api.v1alpha1.KeelsonBackup;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.model.backup.BackupJobs;
import dev.keelson.operator.model.backup.RestoreSource;
import org.jspecify.annotations.Nullable;

/** Finds the backup that a new cluster begins with. */
final class RestoreSources {
  private final KubernetesObjects kubernetes;

  RestoreSources(KubernetesObjects kubernetes) {
    this.kubernetes = kubernetes;
  }

  /**
   * The source; null if the cluster begins empty.
   *
   * @throws StepNotPossible if the backup is not there, or did not succeed
   */
  @Nullable RestoreSource of(KeelsonCluster cluster) {
    BackupSource source = cluster.getSpec().bootstrap().fromBackup();
    if (source == null) {
      return null;
    }
    if (source.store() != null && source.key() != null) {
      return new RestoreSource(source.store(), source.key());
    }
    KeelsonBackup backup =
        kubernetes
            .client()
            .resources(KeelsonBackup.class)
            .inNamespace(cluster.getMetadata().getNamespace())
            .withName(source.name())
            .get();
    if (backup == null) {
      throw new StepNotPossible("BackupNotFound", "there is no KeelsonBackup " + source.name());
    }
    if (backup.getStatus() == null || backup.getStatus().phase() != BackupPhase.Succeeded) {
      throw new StepNotPossible(
          "BackupNotReady", "KeelsonBackup " + source.name() + " has not succeeded");
    }
    return new RestoreSource(backup.getSpec().store(), BackupJobs.id(backup));
  }
}
