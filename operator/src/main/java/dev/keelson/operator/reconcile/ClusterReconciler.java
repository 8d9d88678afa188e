package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.api.v1alpha1.KeelsonBackup;
import dev.keelson.operator.api.v1alpha1.KeelsonBackupSchedule;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.Retention;
import dev.keelson.operator.kubernetes.AppliedObjects;
import dev.keelson.operator.kubernetes.DisruptionBudgets;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.kubernetes.PodReader;
import dev.keelson.operator.member.UnusableCertificates;
import dev.keelson.operator.model.ClusterConditions;
import dev.keelson.operator.model.Names;
import dev.keelson.operator.model.Problem;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Runs passes over clusters: when a resource or one of its objects changes, and from time to time.
 */
public final class ClusterReconciler
    implements Reconciler<KeelsonCluster>, Cleaner<KeelsonCluster> {
  private static final Logger LOG = Logger.getLogger(ClusterReconciler.class);
  private static final String OURS = "app.kubernetes.io/managed-by=keelson-operator";
  private static final String INSTANCE = "app.kubernetes.io/instance";

  private final ClusterKeeper keeper;
  private final StatusWriter status;
  private final KubernetesObjects kubernetes;
  private final AppliedObjects applied;
  private final DisruptionBudgets budgets;
  private final BackupOverview backups;
  private final RestingClusters resting;
  private final Clock clock;

  ClusterReconciler(
      ClusterKeeper keeper,
      StatusWriter status,
      KubernetesObjects kubernetes,
      AppliedObjects applied,
      DisruptionBudgets budgets,
      BackupOverview backups,
      RestingClusters resting,
      Clock clock) {
    this.keeper = keeper;
    this.status = status;
    this.kubernetes = kubernetes;
    this.applied = applied;
    this.budgets = budgets;
    this.backups = backups;
    this.resting = resting;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, KeelsonCluster>> prepareEventSources(
      EventSourceContext<KeelsonCluster> context) {
    List<EventSource<?, KeelsonCluster>> sources = new ArrayList<>();
    sources.add(source(Pod.class, context));
    sources.add(source(PersistentVolumeClaim.class, context));
    sources.add(source(Service.class, context));
    sources.add(source(Secret.class, context));
    sources.add(
        budgets.stable()
            ? source(PodDisruptionBudget.class, context)
            : source(
                io.fabric8.kubernetes.api.model.policy.v1beta1.PodDisruptionBudget.class, context));
    sources.add(
        backups(KeelsonBackup.class, backup -> backup.getSpec().clusterRef().name(), context));
    sources.add(
        backups(
            KeelsonBackupSchedule.class,
            schedule -> schedule.getSpec().clusterRef().name(),
            context));
    return sources;
  }

  private <R extends HasMetadata> EventSource<R, KeelsonCluster> backups(
      Class<R> kind, Function<R, String> cluster, EventSourceContext<KeelsonCluster> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(kind, KeelsonCluster.class)
            .withNamespacesInheritedFromController()
            .withSecondaryToPrimaryMapper(
                backup -> {
                  ResourceID id =
                      new ResourceID(cluster.apply(backup), backup.getMetadata().getNamespace());
                  backups.changed(id);
                  resting.touched(id);
                  return Set.of(id);
                })
            .build(),
        context);
  }

  private <R extends HasMetadata> EventSource<R, KeelsonCluster> source(
      Class<R> kind, EventSourceContext<KeelsonCluster> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(kind, KeelsonCluster.class)
            .withLabelSelector(OURS)
            .withNamespacesInheritedFromController()
            .withSecondaryToPrimaryMapper(this::clusterOf)
            .build(),
        context);
  }

  private Set<ResourceID> clusterOf(HasMetadata object) {
    applied.touched(object);
    Map<String, String> labels = object.getMetadata().getLabels();
    String cluster = labels == null ? null : labels.get(INSTANCE);
    if (cluster == null) {
      return Set.of();
    }
    ResourceID id = new ResourceID(cluster, object.getMetadata().getNamespace());
    resting.touched(id);
    return Set.of(id);
  }

  @Override
  public UpdateControl<KeelsonCluster> reconcile(
      KeelsonCluster cluster, Context<KeelsonCluster> context) {
    return UpdateControl.<KeelsonCluster>noUpdate().rescheduleAfter(pass(cluster));
  }

  /** Whatever ends a pass shows in the status, if it can, and is tried again by the caller. */
  private Duration pass(KeelsonCluster cluster) {
    try {
      Duration pause = resting.pause(cluster);
      if (pause != null) {
        return pause;
      }
      return keeper.keep(cluster.getMetadata().getNamespace(), cluster.getMetadata().getName());
    } catch (KubernetesClientException refused) {
      if (refused.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return Duration.ofMillis(500); // read something older than what is there: look again
      }
      tell(cluster, degraded("KubernetesRefused", refused));
      throw refused;
    } catch (UnusableCertificates bad) {
      tell(
          cluster,
          new Problem(
              ClusterConditions.CERTIFICATES_VALID, "Unusable", String.valueOf(bad.getMessage())));
      throw bad;
    } catch (RuntimeException unexpected) {
      tell(cluster, degraded("PassFailed", unexpected));
      throw unexpected;
    }
  }

  private static Problem degraded(String reason, RuntimeException cause) {
    return new Problem(ClusterConditions.DEGRADED, reason, String.valueOf(cause.getMessage()));
  }

  private void tell(KeelsonCluster cluster, Problem problem) {
    try {
      KeelsonCluster now = kubernetes.client().resource(cluster).get();
      if (now != null) {
        status.fail(now, problem, clock.instant());
      }
    } catch (KubernetesClientException again) {
      LOG.warnf("the status could not be written either: %s", again.getMessage());
    }
  }

  /**
   * A protected cluster goes on as before until its protection is lifted. Otherwise Kubernetes
   * deletes all that the resource owns; the disks go too only if the specification says so now.
   */
  @Override
  public DeleteControl cleanup(KeelsonCluster cluster, Context<KeelsonCluster> context) {
    ClusterSpec spec = cluster.filled().getSpec();
    if (spec.deletionProtection()) {
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(pass(cluster).toMillis());
    }
    Names names = Names.of(cluster);
    if (spec.storage().retention().onDelete() == Retention.Delete) {
      kubernetes
          .disks(names)
          .forEach(
              claim -> {
                long serial = PodReader.serial(claim.getMetadata().getLabels());
                if (serial != 0) {
                  kubernetes.deleteDisk(names, serial);
                }
              });
    }
    keeper.forget(names);
    return DeleteControl.defaultDelete();
  }
}
