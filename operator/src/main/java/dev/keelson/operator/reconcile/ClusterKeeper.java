package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.kubernetes.EventRecorder;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.member.ClusterView;
import dev.keelson.operator.model.ClusterConditions;
import dev.keelson.operator.model.Names;
import dev.keelson.operator.model.Problem;
import dev.keelson.operator.model.membership.Observation;
import dev.keelson.operator.model.membership.Planner;
import dev.keelson.operator.model.membership.Step;
import dev.keelson.operator.model.membership.Step.IdleStep;
import dev.keelson.operator.model.membership.Step.OutsideStep;
import dev.keelson.operator.model.membership.Step.StatusStep;
import dev.keelson.operator.model.membership.WaitReason;
import io.grpc.StatusRuntimeException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One pass over one cluster: steps until there is none to do now. */
final class ClusterKeeper {
  private static final Logger LOG = Logger.getLogger(ClusterKeeper.class);

  /** A pass that finds no end gives others their turn. */
  private static final int MAX_STEPS = 40;

  private final KubernetesObjects kubernetes;
  private final ClusterObserver observer;
  private final StepExecutor executor;
  private final StatusWriter status;
  private final ClusterParts parts;
  private final EventRecorder events;
  private final OperatorMetrics metrics;
  private final RestingClusters resting;

  ClusterKeeper(
      KubernetesObjects kubernetes,
      ClusterObserver observer,
      StepExecutor executor,
      StatusWriter status,
      ClusterParts parts,
      EventRecorder events,
      OperatorMetrics metrics,
      RestingClusters resting) {
    this.kubernetes = kubernetes;
    this.observer = observer;
    this.executor = executor;
    this.status = status;
    this.parts = parts;
    this.events = events;
    this.metrics = metrics;
    this.resting = resting;
  }

  void forget(Names names) {
    metrics.forget(names.namespace(), names.cluster());
    resting.forget(new ResourceID(names.cluster(), names.namespace()));
  }

  /** Returns after which time to look again. */
  Duration keep(String namespace, String name) {
    ResourceID id = new ResourceID(name, namespace);
    for (int steps = 0; steps < MAX_STEPS; steps++) {
      long touches = resting.touches(id);
      KeelsonCluster cluster = read(namespace, name);
      if (cluster == null) {
        metrics.forget(namespace, name);
        resting.forget(id);
        return Duration.ofMinutes(10);
      }
      Duration pause = step(cluster, touches);
      if (pause != null) {
        return pause;
      }
    }
    return Duration.ofSeconds(1);
  }

  /** Always as the API server has it now: a cache may still show an operation that has ended. */
  private @Nullable KeelsonCluster read(String namespace, String name) {
    KeelsonCluster cluster =
        kubernetes
            .client()
            .resources(KeelsonCluster.class)
            .inNamespace(namespace)
            .withName(name)
            .get();
    return cluster == null ? null : cluster.filled();
  }

  /** Null when a step was done and the next one can follow at once. */
  private @Nullable Duration step(KeelsonCluster cluster, long touches) {
    Parts made = parts.keep(cluster);
    Sighting seen = observer.look(cluster, made.access());
    Parts kept = parts.keepWith(cluster, seen, made);
    Step step = Planner.next(seen.observation());
    metrics.seen(cluster, seen);
    switch (step) {
      case IdleStep idle -> {
        WaitReason waiting = idle instanceof Step.Wait wait ? wait.reason() : null;
        warn(cluster, waiting);
        status.report(cluster, seen, waiting, kept.problems());
        metrics.reported(cluster);
        ClusterView view = seen.view();
        if (waiting == WaitReason.STEADY
            && view != null
            && seen.observation().hasAllDisks()
            && kept.problems().isEmpty()) {
          resting.rests(cluster, touches, view, () -> seen.client().again().view(), kept.due());
        }
        return PassPause.of(waiting, kept.due(), seen.observation().now());
      }
      case StatusStep write -> {
        status.record(cluster, seen, write, kept.problems());
        tell(cluster, step);
        return null;
      }
      case OutsideStep outside -> {
        return outside(cluster, seen, outside, kept.problems());
      }
    }
  }

  private @Nullable Duration outside(
      KeelsonCluster cluster, Sighting seen, OutsideStep step, List<Problem> problems) {
    try {
      executor.execute(cluster, seen, step);
    } catch (StatusRuntimeException refused) {
      return refused(
          cluster, seen, step, problems, "StepRefused", String.valueOf(refused.getMessage()));
    } catch (StepNotPossible missing) {
      return refused(
          cluster, seen, step, problems, missing.reason(), String.valueOf(missing.getMessage()));
    }
    tell(cluster, step);
    return null;
  }

  /** The cluster said no, or did not answer: that is reported, and tried again. */
  private Duration refused(
      KeelsonCluster cluster,
      Sighting seen,
      OutsideStep step,
      List<Problem> problems,
      String reason,
      String cause) {
    String message = StepNotes.reason(step) + " is not possible now: " + cause;
    LOG.warnf("%s: %s", cluster.getMetadata().getName(), message);
    metrics.refused();
    List<Problem> all = new ArrayList<>(problems);
    all.add(new Problem(ClusterConditions.PROGRESSING, reason, message));
    status.report(cluster, seen, null, all);
    return again(seen.observation());
  }

  /** After 2 s at first, and ever more rarely while the same operation does not get on. */
  private static Duration again(Observation seen) {
    Operation operation = seen.operation();
    long age =
        operation == null
            ? 0
            : Duration.between(Instant.parse(operation.startedAt()), seen.now()).toSeconds();
    return Duration.ofSeconds(Math.clamp(age / 10, 2, 30));
  }

  private void tell(KeelsonCluster cluster, Step step) {
    metrics.step(step);
    events.normal(cluster, StepNotes.reason(step), StepNotes.note(step, Names.of(cluster)));
  }

  /** Once, when it begins: afterwards the status says so. */
  private void warn(KeelsonCluster cluster, @Nullable WaitReason waiting) {
    if (waiting != WaitReason.QUORUM_LOST
        && waiting != WaitReason.RECOVERY_REFUSED
        && waiting != WaitReason.FOREIGN_CLUSTER
        && waiting != WaitReason.QUORUM_GUARD
        && waiting != WaitReason.ROLL_STUCK) {
      return;
    }
    String reason = StepNotes.reason(waiting);
    boolean said =
        cluster.getStatus() != null
            && cluster.getStatus().conditions().stream()
                .anyMatch(condition -> reason.equals(condition.getReason()));
    if (!said) {
      events.warning(cluster, reason, "nothing is changed until this is over");
    }
  }
}
