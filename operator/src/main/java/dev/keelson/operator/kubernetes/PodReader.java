package dev.keelson.operator.kubernetes;

import dev.keelson.operator.model.Labels;
import dev.keelson.operator.model.MemberPod;
import dev.keelson.operator.model.membership.PodState;
import dev.keelson.operator.model.membership.PodView;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what a Pod does out of its object. */
public final class PodReader {
  private static final int RESTARTS_OF_A_LOOP = 3;

  /** That a container ended may be told a little after the next one has started. */
  private static final Duration REPORTED_WITHIN = Duration.ofSeconds(3);

  private PodReader() {}

  /**
   * A Pod as the planner sees it.
   *
   * @param revision the revision that Pods are made with now
   * @param zone the topology zone of its node
   */
  public static PodView view(Pod pod, String revision, String zone) {
    return new PodView(
        state(pod),
        !"false".equals(label(pod, Labels.SERVING)),
        !revision.equals(annotation(pod, Labels.REVISION)),
        MemberPod.forced(pod),
        zone,
        since(pod));
  }

  /** Its serial number; 0 if it has none. */
  public static long serial(@Nullable Map<String, String> labels) {
    String serial = labels == null ? null : labels.get(Labels.SERIAL);
    return serial != null && serial.matches("[1-9][0-9]{0,17}") ? Long.parseLong(serial) : 0;
  }

  static PodState state(Pod pod) {
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return PodState.TERMINATING;
    }
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    if ("Failed".equals(phase) || "Succeeded".equals(phase)) {
      return PodState.TERMINAL;
    }
    if (containers(pod).anyMatch(PodReader::loops)) {
      return PodState.CRASH_LOOPING;
    }
    if (condition(pod, "Ready").filter(ready -> "True".equals(ready.getStatus())).isPresent()) {
      return PodState.READY;
    }
    if (!"Running".equals(phase)) {
      return PodState.PENDING;
    }
    return hasServed(pod) ? PodState.UNREADY : PodState.RUNNING;
  }

  /** Whether a Pod that is not ready became so a while after its process started, not before. */
  private static boolean hasServed(Pod pod) {
    Instant unready =
        condition(pod, "Ready")
            .map(PodCondition::getLastTransitionTime)
            .map(Instant::parse)
            .orElse(Instant.EPOCH);
    return !pod.getStatus().getContainerStatuses().isEmpty()
        && pod.getStatus().getContainerStatuses().stream()
            .allMatch(
                container ->
                    container.getState() != null
                        && container.getState().getRunning() != null
                        && Instant.parse(container.getState().getRunning().getStartedAt())
                            .plus(REPORTED_WITHIN)
                            .isBefore(unready));
  }

  private static boolean loops(ContainerStatus container) {
    boolean backingOff =
        container.getState() != null
            && container.getState().getWaiting() != null
            && "CrashLoopBackOff".equals(container.getState().getWaiting().getReason());
    boolean again =
        container.getRestartCount() != null && container.getRestartCount() >= RESTARTS_OF_A_LOOP;
    return again && (backingOff || !Boolean.TRUE.equals(container.getReady()));
  }

  /** Why a Pod does not get on, in a person's words; null if nothing is known to be wrong. */
  public static @Nullable String trouble(Pod pod) {
    Optional<PodCondition> scheduled =
        condition(pod, "PodScheduled").filter(c -> "False".equals(c.getStatus()));
    if (scheduled.isPresent()) {
      return "cannot be scheduled: " + scheduled.get().getMessage();
    }
    return containers(pod)
        .map(PodReader::trouble)
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse(null);
  }

  private static String trouble(ContainerStatus container) {
    if (container.getState() == null || container.getState().getWaiting() == null) {
      return "";
    }
    var waiting = container.getState().getWaiting();
    boolean usual =
        waiting.getReason() == null
            || "ContainerCreating".equals(waiting.getReason())
            || "PodInitializing".equals(waiting.getReason());
    return usual
        ? ""
        : waiting.getReason() + (waiting.getMessage() == null ? "" : ": " + waiting.getMessage());
  }

  /** The time of the last change between ready and not, or of its start. */
  private static Instant since(Pod pod) {
    String deleted = pod.getMetadata().getDeletionTimestamp();
    if (deleted != null) {
      return Instant.parse(deleted);
    }
    return condition(pod, "Ready")
        .map(PodCondition::getLastTransitionTime)
        .or(() -> Optional.ofNullable(pod.getMetadata().getCreationTimestamp()))
        .map(Instant::parse)
        .orElse(Instant.EPOCH);
  }

  private static Stream<ContainerStatus> containers(Pod pod) {
    PodStatus status = pod.getStatus();
    return status == null
        ? Stream.of()
        : Stream.concat(
            status.getInitContainerStatuses().stream(), status.getContainerStatuses().stream());
  }

  private static Optional<PodCondition> condition(Pod pod, String type) {
    List<PodCondition> conditions =
        pod.getStatus() == null ? List.of() : pod.getStatus().getConditions();
    return conditions.stream().filter(c -> type.equals(c.getType())).findFirst();
  }

  private static @Nullable String label(Pod pod, String key) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return labels == null ? null : labels.get(key);
  }

  private static @Nullable String annotation(Pod pod, String key) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(key);
  }
}
