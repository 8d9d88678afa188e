package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.BackupSummary;
import dev.keelson.operator.api.v1alpha1.ClusterPhase;
import dev.keelson.operator.api.v1alpha1.ClusterStatus;
import dev.keelson.operator.api.v1alpha1.Endpoints;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.TlsMode;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.member.ClusterView;
import dev.keelson.operator.member.ListedMember;
import dev.keelson.operator.member.MemberState;
import dev.keelson.operator.model.ClusterConditions;
import dev.keelson.operator.model.Conditions;
import dev.keelson.operator.model.Labels;
import dev.keelson.operator.model.Names;
import dev.keelson.operator.model.Problem;
import dev.keelson.operator.model.Situation;
import dev.keelson.operator.model.membership.Observation;
import dev.keelson.operator.model.membership.PodState;
import dev.keelson.operator.model.membership.Step;
import dev.keelson.operator.model.membership.Step.StatusStep;
import dev.keelson.operator.model.membership.TargetSize;
import dev.keelson.operator.model.membership.WaitReason;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status of a cluster. Always on the version of the resource that was read, so that of
 * two operators that both believe to lead only one gets its next operation on record.
 */
final class StatusWriter {
  private final KubernetesObjects kubernetes;
  private final BackupOverview backups;

  StatusWriter(KubernetesObjects kubernetes, BackupOverview backups) {
    this.kubernetes = kubernetes;
    this.backups = backups;
  }

  /** Records the operation that a status step opens, changes or closes. */
  void record(KeelsonCluster cluster, Sighting seen, StatusStep step, List<Problem> problems) {
    Observation observation = seen.observation();
    long serial = observation.lastSerial();
    long recoveries = observation.recoveries();
    String id = observation.clusterId();
    Observation decided =
        switch (step) {
          case Step.Bootstrap s -> observation.recorded(serial, recoveries, s.clusterId(), null);
          case Step.Reserve s ->
              observation.recorded(s.lastSerial(), recoveries, id, s.operation());
          case Step.Begin s -> observation.recorded(serial, recoveries, id, s.operation());
          case Step.RollBack s -> observation.recorded(serial, recoveries, id, s.operation());
          case Step.Recovered s -> observation.recorded(serial, s.number(), id, null);
          case Step.Finish s -> observation.recorded(serial, recoveries, id, null);
        };
    write(cluster, seen, decided, null, problems);
  }

  /** Writes what was seen, and what is waited for, if it differs from what the status says. */
  void report(
      KeelsonCluster cluster, Sighting seen, @Nullable WaitReason waiting, List<Problem> problems) {
    write(cluster, seen, seen.observation(), waiting, problems);
  }

  private void write(
      KeelsonCluster cluster,
      Sighting seen,
      Observation decided,
      @Nullable WaitReason waiting,
      List<Problem> problems) {
    ClusterStatus before = cluster.getStatus();
    ClusterStatus after = status(cluster, before, seen, decided, waiting, problems);
    if (after.equals(before)) {
      return;
    }
    cluster.setStatus(after);
    KeelsonCluster written = kubernetes.client().resource(cluster).updateStatus();
    cluster.getMetadata().setResourceVersion(written.getMetadata().getResourceVersion());
  }

  private ClusterStatus status(
      KeelsonCluster cluster,
      @Nullable ClusterStatus before,
      Sighting seen,
      Observation o,
      @Nullable WaitReason waiting,
      List<Problem> problems) {
    Names names = Names.of(cluster);
    List<Problem> all = new ArrayList<>(problems);
    all.addAll(seen.problems());
    BackupSummary backup = backups.of(cluster);
    Situation situation =
        new Situation(o, waiting, backup == null ? null : backup.lastVerified(), all);
    List<Condition> conditions =
        ClusterConditions.of(
            cluster.getSpec(),
            cluster.getMetadata().getGeneration(),
            before == null ? List.of() : before.conditions(),
            situation);
    Optional<ListedMember> leader = Optional.ofNullable(seen.view()).flatMap(ClusterView::leader);
    Optional<MemberState> state = leader.map(ListedMember::state);
    boolean tls = cluster.getSpec().tls().mode() != TlsMode.Off;
    return new ClusterStatus(
        cluster.getMetadata().getGeneration(),
        ClusterConditions.phase(situation, conditions),
        o.clusterId(),
        state.map(MemberState::version).orElse(before == null ? null : before.version()),
        seen.serverVersion() == null && before != null
            ? before.serverVersion()
            : seen.serverVersion(),
        leader.map(ListedMember::name).orElse(null),
        o.pods().size(),
        TargetSize.of(cluster.getSpec()),
        (int) o.pods().values().stream().filter(pod -> pod.state() == PodState.READY).count(),
        o.membership() == null
            ? (before == null ? null : before.voters())
            : (Integer) o.membership().voterCount(),
        o.membership() == null
            ? (before == null ? null : before.learners())
            : (Integer) (o.membership().members().size() - o.membership().voterCount()),
        Labels.selector(names),
        o.lastSerial(),
        o.recoveries() == 0 ? null : (Integer) (int) o.recoveries(),
        state.map(MemberState::revision).orElse(before == null ? null : before.revision()),
        state.map(MemberState::dbSizeBytes).orElse(before == null ? null : before.dbSizeBytes()),
        seen.members(),
        o.operation(),
        new Endpoints(names.serviceUrl(tls), names.peerDomain(), names.clientSecret()),
        backup,
        conditions);
  }

  /** Only adds an error to the conditions, for a pass that did not get far enough to see more. */
  void fail(KeelsonCluster cluster, Problem problem, Instant now) {
    ClusterStatus before = cluster.getStatus();
    List<Condition> conditions = new ArrayList<>();
    if (before != null) {
      conditions.addAll(before.conditions());
    }
    conditions.removeIf(condition -> problem.about().equals(condition.getType()));
    Conditions fresh =
        new Conditions(
            before == null ? List.of() : before.conditions(),
            cluster.getMetadata().getGeneration(),
            now);
    fresh.set(
        problem.about(),
        problem.about().equals(ClusterConditions.DEGRADED),
        problem.reason(),
        problem.message());
    conditions.addAll(fresh.list());
    ClusterStatus base = Objects.requireNonNullElseGet(before, () -> StatusWriter.empty(cluster));
    ClusterStatus after = base.withConditions(conditions);
    if (!after.equals(before)) {
      cluster.setStatus(after);
      var _ = kubernetes.client().resource(cluster).updateStatus();
    }
  }

  private static ClusterStatus empty(KeelsonCluster cluster) {
    return new ClusterStatus(
        cluster.getMetadata().getGeneration(),
        ClusterPhase.Creating,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        Labels.selector(Names.of(cluster)),
        null,
        null,
        null,
        null,
        List.of(),
        null,
        null,
        null,
        List.of());
  }
}
