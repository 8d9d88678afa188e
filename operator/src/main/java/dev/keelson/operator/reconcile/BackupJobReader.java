package dev.keelson.operator.reconcile;

import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.kubernetes.PodReader;
import dev.keelson.operator.model.backup.BackupJobs;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
    BackupResult result = result(job);
    String since = end.get().getLastTransitionTime();
    boolean young =
        since != null && clock.instant().isBefore(Instant.parse(since).plus(MESSAGE_GRACE));
    return result == null && young ? null : new Outcome(succeeded, result);
  }

  /** Why its Pod does not get on; null if nothing is known to be wrong. */
  @Nullable String trouble(Job job) {
    return pods(job).stream()
        .map(PodReader::trouble)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private @Nullable BackupResult result(Job job) {
    return pods(job).stream()
        .sorted(
            Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp()).reversed())
        .map(pod -> BackupResult.read(message(pod)))
        .filter(Objects::nonNull)
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
