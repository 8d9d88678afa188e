package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.BackupPhase;
import dev.keelson.operator.api.v1alpha1.BackupScheduleStatus;
import dev.keelson.operator.api.v1alpha1.BackupStatus;
import dev.keelson.operator.api.v1alpha1.BackupSummary;
import dev.keelson.operator.api.v1alpha1.KeelsonBackup;
import dev.keelson.operator.api.v1alpha1.KeelsonBackupSchedule;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** When a cluster was last backed up; counted again when a backup or schedule of it changes. */
final class BackupOverview {
  private static final Duration AGAIN = Duration.ofMinutes(5);

  private record Counted(BackupSummary summary, Instant at) {}

  private final KubernetesObjects kubernetes;
  private final Clock clock;
  private final ConcurrentMap<ResourceID, Counted> counted = new ConcurrentHashMap<>();
  private final ConcurrentMap<ResourceID, Instant> changes = new ConcurrentHashMap<>();

  BackupOverview(KubernetesObjects kubernetes, Clock clock) {
    this.kubernetes = kubernetes;
    this.clock = clock;
  }

  /** A backup of a cluster, or a schedule, has changed. */
  void changed(ResourceID cluster) {
    changes.put(cluster, clock.instant());
  }

  /** Null if it was never backed up, and will not be. */
  @Nullable BackupSummary of(KeelsonCluster cluster) {
    ResourceID id = ResourceID.fromResource(cluster);
    Counted last = counted.get(id);
    Instant now = clock.instant();
    if (last == null
        || !now.isBefore(last.at.plus(AGAIN))
        || !last.at.isAfter(changes.getOrDefault(id, Instant.MIN))) {
      last = new Counted(count(cluster), now);
      counted.put(id, last);
    }
    BackupSummary summary = last.summary;
    boolean none =
        summary.lastSuccess() == null && summary.lastFailure() == null && summary.nextRun() == null;
    return none ? null : summary;
  }

  private BackupSummary count(KeelsonCluster cluster) {
    List<BackupStatus> ended =
        kubernetes
            .client()
            .resources(KeelsonBackup.class)
            .inNamespace(cluster.getMetadata().getNamespace())
            .list()
            .getItems()
            .stream()
            .filter(
                backup ->
                    backup.getSpec().clusterRef().name().equals(cluster.getMetadata().getName()))
            .map(KeelsonBackup::getStatus)
            .filter(Objects::nonNull)
            .toList();
    return new BackupSummary(
        newest(ended, status -> status.phase() == BackupPhase.Succeeded),
        newest(
            ended,
            status ->
                status.phase() == BackupPhase.Succeeded && Boolean.TRUE.equals(status.verified())),
        newest(ended, status -> status.phase() == BackupPhase.Failed),
        next(cluster));
  }

  private @Nullable String next(KeelsonCluster cluster) {
    return kubernetes
        .client()
        .resources(KeelsonBackupSchedule.class)
        .inNamespace(cluster.getMetadata().getNamespace())
        .list()
        .getItems()
        .stream()
        .filter(
            schedule ->
                schedule.getSpec().clusterRef().name().equals(cluster.getMetadata().getName()))
        .map(KeelsonBackupSchedule::getStatus)
        .filter(Objects::nonNull)
        .map(BackupScheduleStatus::nextScheduleTime)
        .filter(Objects::nonNull)
        .min(String::compareTo)
        .orElse(null);
  }

  private static @Nullable String newest(List<BackupStatus> ended, Predicate<BackupStatus> wanted) {
    return ended.stream()
        .filter(wanted)
        .map(BackupStatus::finishedAt)
        .filter(Objects::nonNull)
        .max(String::compareTo)
        .orElse(null);
  }
}
