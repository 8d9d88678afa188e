package dev.keelson.operator.reconcile;

import dev.keelson.operator.kubernetes.AppliedObjects;
import dev.keelson.operator.kubernetes.DisruptionBudgets;
import dev.keelson.operator.kubernetes.EventRecorder;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.member.MemberConnections;
import dev.keelson.operator.model.Images;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;

/** Puts the reconcilers together. */
public final class Wiring {
  private final KubernetesObjects kubernetes;
  private final EventRecorder events;
  private final MemberConnections connections;
  private final Images images;
  private final OperatorMetrics metrics;
  private final Clock clock;

  /**
   * From what the application has.
   *
   * @param instance which of several operators this is
   */
  public Wiring(
      KubernetesClient client,
      MemberConnections connections,
      Images images,
      OperatorMetrics metrics,
      Clock clock,
      String instance) {
    this.kubernetes = new KubernetesObjects(client);
    this.events = new EventRecorder(client, clock, instance);
    this.connections = connections;
    this.images = images;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** The reconciler of backups. */
  public BackupReconciler backups() {
    return new BackupReconciler(kubernetes, events, images, clock);
  }

  /** The reconciler of schedules. */
  public ScheduleReconciler schedules() {
    return new ScheduleReconciler(kubernetes, events, clock);
  }

  /** The reconciler of clusters. */
  public ClusterReconciler clusters() {
    AppliedObjects applied = new AppliedObjects(kubernetes, clock);
    DisruptionBudgets budgets = new DisruptionBudgets(kubernetes.client());
    MemberPods pods = new MemberPods(images);
    ClusterAuth auth = new ClusterAuth(kubernetes, events, clock);
    BackupOverview backups = new BackupOverview(kubernetes, clock);
    StatusWriter status = new StatusWriter(kubernetes, backups);
    RestingClusters resting = new RestingClusters(clock);
    ClusterKeeper keeper =
        new ClusterKeeper(
            kubernetes,
            new ClusterObserver(kubernetes, connections, pods, clock),
            new StepExecutor(kubernetes, pods),
            status,
            new ClusterParts(
                applied,
                budgets,
                new ClusterCertificates(
                    kubernetes,
                    new CertificateStore(kubernetes, events, clock),
                    connections,
                    clock),
                auth,
                new ClientSecret(kubernetes, applied, auth),
                new DiskGrowth(kubernetes, events)),
            events,
            metrics,
            resting);
    return new ClusterReconciler(
        keeper, status, kubernetes, applied, budgets, backups, resting, clock);
  }
}
