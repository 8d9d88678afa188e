package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.BackupPhase;
import dev.keelson.operator.api.v1alpha1.BackupStatus;
import dev.keelson.operator.api.v1alpha1.DeletionPolicy;
import dev.keelson.operator.api.v1alpha1.KeelsonBackup;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.kubernetes.EventRecorder;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.model.Conditions;
import dev.keelson.operator.model.Images;
import dev.keelson.operator.model.Problem;
import dev.keelson.operator.model.backup.BackupJobs;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.Mappers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs a backup as a Job and reports what came of it; deletes what is stored if asked to. */
public final class BackupReconciler implements Reconciler<KeelsonBackup>, Cleaner<KeelsonBackup> {
  static final String COMPLETE = "Complete";
  private static final Duration LATER = Duration.ofSeconds(10);

  private final KubernetesObjects kubernetes;
  private final BackupJobReader jobs;
  private final EventRecorder events;
  private final Images images;
  private final Clock clock;

  BackupReconciler(KubernetesObjects kubernetes, EventRecorder events, Images images, Clock clock) {
    this.kubernetes = kubernetes;
    this.jobs = new BackupJobReader(kubernetes, clock);
    this.events = events;
    this.images = images;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, KeelsonBackup>> prepareEventSources(
      EventSourceContext<KeelsonBackup> context) {
    return List.of(
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Job.class, KeelsonBackup.class)
                .withLabelSelector("app.kubernetes.io/managed-by=keelson-operator")
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(Mappers.fromOwnerReferences(KeelsonBackup.class))
                .build(),
            context));
  }

  @Override
  public UpdateControl<KeelsonBackup> reconcile(
      KeelsonBackup cached, Context<KeelsonBackup> context) {
    KeelsonBackup backup = kubernetes.client().resource(cached).get();
    if (backup == null || ended(backup)) {
      return UpdateControl.noUpdate();
    }
    Duration pause = step(backup);
    return UpdateControl.<KeelsonBackup>noUpdate().rescheduleAfter(pause);
  }

  static boolean ended(KeelsonBackup backup) {
    BackupStatus status = backup.getStatus();
    return status != null
        && (status.phase() == BackupPhase.Succeeded || status.phase() == BackupPhase.Failed);
  }

  private Duration step(KeelsonBackup backup) {
    String namespace = backup.getMetadata().getNamespace();
    Job job = jobs.find(namespace, BackupJobs.name(backup));
    if (job == null) {
      return begin(backup, namespace);
    }
    BackupJobReader.Outcome outcome = jobs.outcome(job);
    String started = job.getMetadata().getCreationTimestamp();
    if (outcome == null) {
      Problem trouble = jobs.trouble(job);
      write(
          backup,
          BackupPhase.Running,
          null,
          started,
          trouble == null ? "Running" : trouble.reason(),
          trouble == null ? "Job " + job.getMetadata().getName() + " runs" : trouble.message());
      return Duration.ofSeconds(5);
    }
    BackupResult result = outcome.result();
    if (outcome.succeeded()) {
      write(backup, BackupPhase.Succeeded, result, started, "Succeeded", "the backup is stored");
      events.normal(
          backup,
          "BackupSucceeded",
          result == null || result.location() == null
              ? "stored"
              : "stored at " + result.location());
    } else {
      String reason = result == null || result.reason() == null ? "JobFailed" : result.reason();
      String message =
          result == null || result.message() == null
              ? "Job " + job.getMetadata().getName() + " failed; its log says why"
              : result.message();
      write(backup, BackupPhase.Failed, null, started, reason, message);
      events.warning(backup, "BackupFailed", message);
    }
    return Duration.ofHours(1);
  }

  private Duration begin(KeelsonBackup backup, String namespace) {
    String name = backup.getSpec().clusterRef().name();
    KeelsonCluster cluster =
        kubernetes
            .client()
            .resources(KeelsonCluster.class)
            .inNamespace(namespace)
            .withName(name)
            .get();
    if (cluster == null) {
      write(
          backup,
          BackupPhase.Pending,
          null,
          null,
          "ClusterNotFound",
          "there is no KeelsonCluster " + name);
      return LATER;
    }
    boolean serving =
        cluster.getStatus() != null
            && Conditions.isTrue(cluster.getStatus().conditions(), "Available");
    if (!serving) {
      write(
          backup,
          BackupPhase.Pending,
          null,
          null,
          "ClusterNotAvailable",
          "KeelsonCluster " + name + " does not serve; the backup starts when it does");
      return LATER;
    }
    kubernetes.create(BackupJobs.create(backup, cluster.filled(), images.of(cluster.filled())));
    events.normal(backup, "BackupStarted", "Job " + BackupJobs.name(backup) + " made");
    return Duration.ofSeconds(1);
  }

  private void write(
      KeelsonBackup backup,
      BackupPhase phase,
      @Nullable BackupResult result,
      @Nullable String startedAt,
      String reason,
      String message) {
    BackupStatus before = backup.getStatus();
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    long generation = backup.getMetadata().getGeneration();
    Conditions conditions =
        new Conditions(
            before == null ? List.<Condition>of() : before.conditions(), generation, now);
    conditions.set(COMPLETE, phase == BackupPhase.Succeeded, reason, message);
    boolean over = phase == BackupPhase.Succeeded || phase == BackupPhase.Failed;
    BackupStatus after =
        new BackupStatus(
            generation,
            phase,
            result == null ? null : result.location(),
            result == null ? null : result.revision(),
            result == null ? null : result.sizeBytes(),
            result == null ? null : result.sha256(),
            result == null ? null : result.verified(),
            startedAt,
            over ? now.toString() : null,
            conditions.list());
    if (!after.equals(before)) {
      backup.setStatus(after);
      var _ = kubernetes.client().resource(backup).updateStatus();
    }
  }

  /** With policy Delete the resource stays until a Job has deleted what is stored. */
  @Override
  public DeleteControl cleanup(KeelsonBackup backup, Context<KeelsonBackup> context) {
    boolean stored =
        backup.getStatus() != null && backup.getStatus().phase() == BackupPhase.Succeeded;
    if (backup.getSpec().deletionPolicy() != DeletionPolicy.Delete || !stored) {
      return DeleteControl.defaultDelete();
    }
    Job job = jobs.find(backup.getMetadata().getNamespace(), BackupJobs.deletionName(backup));
    if (job == null) {
      kubernetes.create(BackupJobs.delete(backup, image(backup)));
      return wait(1);
    }
    BackupJobReader.Outcome outcome = jobs.outcome(job);
    if (outcome == null) {
      return wait(5);
    }
    if (!outcome.succeeded()) {
      events.warning(
          backup,
          "DeletionFailed",
          "what is stored could not be deleted: "
              + (outcome.result() == null ? "see the Job's log" : outcome.result().message())
              + "; set spec.deletionPolicy aside by removing the finalizer to leave it there");
      return wait(60);
    }
    events.normal(backup, "BackupDeleted", "what was stored is deleted");
    return DeleteControl.defaultDelete();
  }

  private static DeleteControl wait(int seconds) {
    return DeleteControl.noFinalizerRemoval().rescheduleAfter(seconds * 1_000L);
  }

  private String image(KeelsonBackup backup) {
    KeelsonCluster cluster =
        kubernetes
            .client()
            .resources(KeelsonCluster.class)
            .inNamespace(backup.getMetadata().getNamespace())
            .withName(backup.getSpec().clusterRef().name())
            .get();
    return cluster == null ? images.standard() : images.of(cluster.filled());
  }
}
