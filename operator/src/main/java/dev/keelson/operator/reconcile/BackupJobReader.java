package dev.keelson.operator.reconcile;

import dev.keelson.operator.kubernetes.DiskReader;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.kubernetes.PodReader;
import dev.keelson.operator.model.Problem;
import dev.keelson.operator.model.backup.BackupJobs;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads how a backup's Job went. */
final class BackupJobReader {
  /** A node agent may write the message a little later than the end. */
  private static final Duration MESSAGE_GRACE = Duration.ofSeconds(10);

  record Outcome(boolean succeeded, @Nullable BackupResult result) {}

  private final KubernetesObjects kubernetes;
  private final Clock clock;

  BackupJobReader(KubernetesObjects kubernetes, Clock clock) {
    this.kubernetes = kubernetes;
    this.clock = clock;
  }

  @Nullable Job find(String namespace, String name) {
    return kubernetes.client().batch().v1().jobs().inNamespace(namespace).withName(name).get();
  }

  /** Null while it runs. */
  @Nullable Outcome outcome(Job job) {
    Optional<JobCondition> end =
        job.getStatus() == null
            ? Optional.empty()
            : job.getStatus().getConditions().stream()
                .filter(
                    condition ->
                        "True".equals(condition.getStatus())
                            && ("Complete".equals(condition.getType())
                                || "Failed".equals(condition.getType())))
                .findFirst();
    if (end.isEmpty()) {
      return null;
    }
    boolean succeeded = "Complete".equals(end.get().getType());
    BackupResult result = newest(pods(job), said -> said.isSuccess() == succeeded);
    String since = end.get().getLastTransitionTime();
    boolean young =
        since != null && clock.instant().isBefore(Instant.parse(since).plus(MESSAGE_GRACE));
    return result == null && young ? null : new Outcome(succeeded, result);
  }

  /** Why it does not get on; null if nothing is known to be wrong. */
  @Nullable Problem trouble(Job job) {
    List<Pod> pods = pods(job);
    for (Pod pod : pods) {
      String trouble = PodReader.trouble(pod);
      if (trouble != null) {
        return new Problem(BackupReconciler.COMPLETE, "PodTrouble", trouble);
      }
      String unbound = unbound(pod);
      if (unbound != null) {
        return new Problem(BackupReconciler.COMPLETE, "DiskTrouble", unbound);
      }
    }
    BackupResult last = newest(pods, said -> true);
    return last == null || last.message() == null
        ? null
        : new Problem(
            BackupReconciler.COMPLETE,
            last.reason() == null ? "AttemptFailed" : last.reason(),
            "an attempt failed and is repeated: " + last.message());
  }

  /** A claim that keeps a Pod from starting. */
  private @Nullable String unbound(Pod pod) {
    if (pod.getSpec().getNodeName() != null) {
      return null;
    }
    for (Volume volume : pod.getSpec().getVolumes()) {
      if (volume.getPersistentVolumeClaim() != null) {
        String name = volume.getPersistentVolumeClaim().getClaimName();
        PersistentVolumeClaim claim =
            kubernetes
                .client()
                .persistentVolumeClaims()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(name)
                .get();
        String trouble =
            claim == null ? "is not there" : DiskReader.trouble(claim, clock.instant());
        if (trouble != null) {
          return "claim " + name + " " + trouble;
        }
      }
    }
    return null;
  }

  /**
   * What the newest Pod said that says something of this kind: the Pod that ended a Job may not
   * have said anything yet, while an attempt before it has.
   */
  static @Nullable BackupResult newest(List<Pod> pods, Predicate<BackupResult> kind) {
    return pods.stream()
        .sorted(
            Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp()).reversed())
        .map(pod -> BackupResult.read(message(pod)))
        .filter(said -> said != null && kind.test(said))
        .findFirst()
        .orElse(null);
  }

  private List<Pod> pods(Job job) {
    return kubernetes
        .client()
        .pods()
        .inNamespace(job.getMetadata().getNamespace())
        .withLabel("job-name", job.getMetadata().getName())
        .list()
        .getItems();
  }

  private static @Nullable String message(Pod pod) {
    if (pod.getStatus() == null) {
      return null;
    }
    for (ContainerStatus container : pod.getStatus().getContainerStatuses()) {
      ContainerStateTerminated end =
          container.getState() == null ? null : container.getState().getTerminated();
      if (BackupJobs.CONTAINER.equals(container.getName()) && end != null) {
        return end.getMessage();
      }
    }
    return null;
  }
}
