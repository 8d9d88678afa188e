package dev.keelson.operator.e2e;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Writes what a container left in its termination log into the status of its Pod, which the
 * stand-in for the kubelet does not do.
 */
final class TerminationMessages implements AutoCloseable {
  private final KubernetesClient client;
  private final Path folder;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("termination messages").factory());

  TerminationMessages(KubernetesClient client, Path folder) {
    this.client = client;
    this.folder = folder;
    var _ = clock.scheduleWithFixedDelay(this::pass, 1, 1, TimeUnit.SECONDS);
  }

  private void pass() {
    try {
      for (Pod pod : client.pods().inAnyNamespace().list().getItems()) {
        Path file = folder.resolve(pod.getMetadata().getName());
        if (Files.exists(file) && Files.size(file) > 0 && ended(pod)) {
          String message = Files.readString(file);
          var _ =
              client
                  .resource(pod)
                  .editStatus(
                      now -> {
                        now.getStatus()
                            .getContainerStatuses()
                            .forEach(container -> tell(container, message));
                        return now;
                      });
        }
      }
    } catch (KubernetesClientException | IOException | UncheckedIOException again) {
      System.err.println("termination messages: " + again);
    }
  }

  /** Ended, and nothing was said about it yet. */
  private static boolean ended(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .map(ContainerStatus::getState)
        .anyMatch(
            state -> state.getTerminated() != null && state.getTerminated().getMessage() == null);
  }

  private static void tell(ContainerStatus container, String message) {
    ContainerStateTerminated end = container.getState().getTerminated();
    if (end != null) {
      end.setMessage(message);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    client.close();
  }
}
