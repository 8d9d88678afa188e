package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.BackupPhase;
import dev.keelson.operator.api.v1alpha1.BackupScheduleSpec;
import dev.keelson.operator.api.v1alpha1.BackupScheduleStatus;
import dev.keelson.operator.api.v1alpha1.BackupSpec;
import dev.keelson.operator.api.v1alpha1.BackupStatus;
import dev.keelson.operator.api.v1alpha1.KeelsonBackup;
import dev.keelson.operator.api.v1alpha1.KeelsonBackupSchedule;
import dev.keelson.operator.kubernetes.EventRecorder;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.model.Conditions;
import dev.keelson.operator.model.Labels;
import dev.keelson.operator.schedule.CronTimes;
import dev.keelson.operator.schedule.RetentionPlan;
import dev.keelson.operator.schedule.RunPlan;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes backups when they are due, and prunes those that no rule keeps. */
public final class ScheduleReconciler implements Reconciler<KeelsonBackupSchedule> {
  private static final Duration MAX_PAUSE = Duration.ofMinutes(1);
  private static final DateTimeFormatter SUFFIX =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmm").withZone(ZoneOffset.UTC);

  private final KubernetesObjects kubernetes;
  private final EventRecorder events;
  private final Clock clock;

  ScheduleReconciler(KubernetesObjects kubernetes, EventRecorder events, Clock clock) {
    this.kubernetes = kubernetes;
    this.events = events;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, KeelsonBackupSchedule>> prepareEventSources(
      EventSourceContext<KeelsonBackupSchedule> context) {
    return List.of(
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(KeelsonBackup.class, KeelsonBackupSchedule.class)
                .withLabelSelector(Labels.SCHEDULE)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(
                    backup ->
                        Set.of(
                            new ResourceID(
                                backup.getMetadata().getLabels().get(Labels.SCHEDULE),
                                backup.getMetadata().getNamespace())))
                .build(),
            context));
  }

  @Override
  public UpdateControl<KeelsonBackupSchedule> reconcile(
      KeelsonBackupSchedule cached, Context<KeelsonBackupSchedule> context) {
    KeelsonBackupSchedule schedule = kubernetes.client().resource(cached).get();
    if (schedule == null || schedule.getMetadata().getDeletionTimestamp() != null) {
      return UpdateControl.noUpdate();
    }
    return UpdateControl.<KeelsonBackupSchedule>noUpdate().rescheduleAfter(pass(schedule));
  }

  private Duration pass(KeelsonBackupSchedule schedule) {
    BackupScheduleSpec spec = schedule.getSpec();
    CronTimes times;
    try {
      times = CronTimes.of(spec.schedule(), spec.timeZone());
    } catch (IllegalArgumentException wrong) {
      State state = State.of(schedule);
      write(schedule, state, null, "InvalidSchedule", String.valueOf(wrong.getMessage()));
      return MAX_PAUSE;
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    List<KeelsonBackup> backups = backups(schedule);
    State state = State.of(schedule).with(backups);
    if (spec.suspend()) {
      write(schedule, state, null, "Suspended", "spec.suspend is true");
      return MAX_PAUSE;
    }
    boolean busy = backups.stream().anyMatch(backup -> !BackupReconciler.ended(backup));
    boolean first = state.lastSchedule == null && spec.immediate();
    Instant since = state.since(schedule);
    RunPlan plan =
        first
            ? new RunPlan(now, 0, times.after(now).orElse(null))
            : RunPlan.at(
                times, since, Duration.ofSeconds(spec.startingDeadlineSeconds()), busy, now);
    state = state.decided(plan, now);
    if (plan.due() != null) {
      KeelsonBackup backup = backup(schedule, plan.due());
      kubernetes.create(backup);
      events.normal(schedule, "BackupStarted", backup.getMetadata().getName());
      state = state.started(plan.due(), backup.getMetadata().getName());
    } else if (plan.missed() > 0) {
      events.warning(schedule, "BackupMissed", plan.missed() + " not started in time");
    }
    state = state.pruned(prune(schedule, backups));
    write(schedule, state, plan.next(), null, null);
    return pause(plan.next(), now);
  }

  private static Duration pause(@Nullable Instant next, Instant now) {
    if (next == null) {
      return MAX_PAUSE;
    }
    Duration until = Duration.between(now, next).plusMillis(200);
    return until.compareTo(MAX_PAUSE) < 0 ? until : MAX_PAUSE;
  }

  private List<KeelsonBackup> backups(KeelsonBackupSchedule schedule) {
    return kubernetes
        .client()
        .resources(KeelsonBackup.class)
        .inNamespace(schedule.getMetadata().getNamespace())
        .withLabel(Labels.SCHEDULE, schedule.getMetadata().getName())
        .list()
        .getItems();
  }

  /** Named after its time, so that a second attempt to make it finds it made. */
  private static KeelsonBackup backup(KeelsonBackupSchedule schedule, Instant due) {
    BackupScheduleSpec spec = schedule.getSpec();
    KeelsonBackup backup = new KeelsonBackup();
    backup.setMetadata(
        new ObjectMetaBuilder()
            .withName(schedule.getMetadata().getName() + "-" + SUFFIX.format(due))
            .withNamespace(schedule.getMetadata().getNamespace())
            .withLabels(Map.of(Labels.SCHEDULE, schedule.getMetadata().getName()))
            .build());
    backup.setSpec(
        new BackupSpec(
            spec.clusterRef(),
            spec.template().store(),
            spec.template().verify(),
            spec.template().deletionPolicy()));
    return backup;
  }

  private int prune(KeelsonBackupSchedule schedule, List<KeelsonBackup> backups) {
    List<RetentionPlan.Finished> finished =
        backups.stream()
            .filter(backup -> backup.getMetadata().getDeletionTimestamp() == null)
            .map(ScheduleReconciler::finished)
            .flatMap(Optional::stream)
            .toList();
    List<String> names =
        new ArrayList<>(
            RetentionPlan.prune(
                schedule.getSpec().retention(),
                finished,
                ZoneId.of(schedule.getSpec().timeZone())));
    names.addAll(RetentionPlan.pruneFailed(schedule.getSpec().retention(), failed(backups)));
    for (String name : names) {
      var _ =
          kubernetes
              .client()
              .resources(KeelsonBackup.class)
              .inNamespace(schedule.getMetadata().getNamespace())
              .withName(name)
              .delete();
      events.normal(schedule, "BackupPruned", name);
    }
    return names.size();
  }

  private static List<RetentionPlan.Finished> failed(List<KeelsonBackup> backups) {
    return backups.stream()
        .filter(
            backup ->
                backup.getMetadata().getDeletionTimestamp() == null
                    && backup.getStatus() != null
                    && backup.getStatus().phase() == BackupPhase.Failed)
        .map(
            backup ->
                new RetentionPlan.Finished(
                    backup.getMetadata().getName(),
                    Instant.parse(backup.getMetadata().getCreationTimestamp()),
                    false))
        .toList();
  }

  private static Optional<RetentionPlan.Finished> finished(KeelsonBackup backup) {
    BackupStatus status = backup.getStatus();
    return status == null || status.phase() != BackupPhase.Succeeded || status.finishedAt() == null
        ? Optional.empty()
        : Optional.of(
            new RetentionPlan.Finished(
                backup.getMetadata().getName(),
                Instant.parse(status.finishedAt()),
                Boolean.TRUE.equals(status.verified())));
  }

  /** The status on its way from the last one to the next. */
  private record State(
      @Nullable String lastSchedule,
      @Nullable String lastSuccess,
      @Nullable String lastVerified,
      @Nullable String lastBackup,
      int missed,
      int pruned,
      boolean failing,
      int deleting) {

    static State of(KeelsonBackupSchedule schedule) {
      BackupScheduleStatus status = schedule.getStatus();
      return status == null
          ? new State(null, null, null, null, 0, 0, false, 0)
          : new State(
              status.lastScheduleTime(),
              status.lastSuccessTime(),
              status.lastVerifiedTime(),
              status.lastBackup(),
              Objects.requireNonNullElse(status.missed(), 0),
              Objects.requireNonNullElse(status.pruned(), 0),
              false,
              0);
    }

    State with(List<KeelsonBackup> backups) {
      List<RetentionPlan.Finished> succeeded =
          backups.stream().map(ScheduleReconciler::finished).flatMap(Optional::stream).toList();
      boolean failed =
          backups.stream()
              .filter(BackupReconciler::ended)
              .max(Comparator.comparing(backup -> backup.getMetadata().getCreationTimestamp()))
              .filter(backup -> backup.getStatus().phase() == BackupPhase.Failed)
              .isPresent();
      int deleting =
          (int)
              backups.stream()
                  .filter(backup -> backup.getMetadata().getDeletionTimestamp() != null)
                  .count();
      String newest = newest(succeeded.stream(), lastSuccess);
      String verified =
          newest(succeeded.stream().filter(RetentionPlan.Finished::verified), lastVerified);
      boolean recovered = newest != null && !newest.equals(lastSuccess);
      return new State(
          lastSchedule,
          newest,
          verified,
          lastBackup,
          recovered ? 0 : missed,
          pruned,
          failed,
          deleting);
    }

    private static @Nullable String newest(
        Stream<RetentionPlan.Finished> backups, @Nullable String otherwise) {
      return backups
          .map(RetentionPlan.Finished::finished)
          .max(Comparator.naturalOrder())
          .map(Instant::toString)
          .orElse(otherwise);
    }

    Instant since(KeelsonBackupSchedule schedule) {
      return Instant.parse(
          lastSchedule == null ? schedule.getMetadata().getCreationTimestamp() : lastSchedule);
    }

    /** A decision that skipped times is not taken again. */
    State decided(RunPlan plan, Instant now) {
      return plan.missed() == 0
          ? this
          : new State(
              now.toString(),
              lastSuccess,
              lastVerified,
              lastBackup,
              missed + plan.missed(),
              pruned,
              failing,
              deleting);
    }

    State started(Instant due, String backup) {
      return new State(
          due.toString(), lastSuccess, lastVerified, backup, missed, pruned, failing, deleting);
    }

    State pruned(int more) {
      return new State(
          lastSchedule,
          lastSuccess,
          lastVerified,
          lastBackup,
          missed,
          pruned + more,
          failing,
          deleting);
    }
  }

  private void write(
      KeelsonBackupSchedule schedule,
      State state,
      @Nullable Instant next,
      @Nullable String reason,
      @Nullable String message) {
    BackupScheduleStatus before = schedule.getStatus();
    long generation = schedule.getMetadata().getGeneration();
    Conditions conditions =
        new Conditions(
            before == null ? List.of() : before.conditions(), generation, clock.instant());
    if (reason != null) {
      conditions.set("Healthy", "Suspended".equals(reason), reason, String.valueOf(message));
    } else {
      conditions.set(
          "Healthy",
          !state.failing && state.missed == 0,
          state.failing ? "LastFailed" : state.missed == 0 ? "AsWanted" : "Missed",
          state.failing
              ? "the last backup failed"
              : state.missed + " backups missed since the last success");
      conditions.set(
          "RetentionApplied",
          state.deleting == 0,
          state.deleting == 0 ? "AsWanted" : "Deleting",
          state.deleting + " backups that no rule keeps are still being deleted");
    }
    BackupScheduleStatus after =
        new BackupScheduleStatus(
            generation,
            state.lastSchedule,
            state.lastSuccess,
            state.lastVerified,
            next == null ? null : next.toString(),
            state.lastBackup,
            state.missed,
            state.pruned,
            conditions.list());
    if (!after.equals(before)) {
      schedule.setStatus(after);
      var _ = kubernetes.client().resource(schedule).updateStatus();
    }
  }
}
