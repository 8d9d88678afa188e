package dev.keelson.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.model.membership.PodState;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a Pod tells of its member. */
final class PodReaderTest {
  private static final Instant STARTED = Instant.parse("2026-01-01T00:00:00Z");

  /** A Pod whose process started then, with a condition that is so since some seconds later. */
  private static Pod pod(String phase, @Nullable String ready, int seconds, int restarts) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("demo-1")
        .endMetadata()
        .withNewStatus()
        .withPhase(phase)
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready)
        .withLastTransitionTime(STARTED.plusSeconds(seconds).toString())
        .endCondition()
        .addNewContainerStatus()
        .withName("keelson")
        .withReady("True".equals(ready))
        .withRestartCount(restarts)
        .withNewState()
        .withNewRunning()
        .withStartedAt(STARTED.toString())
        .endRunning()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "Running,True,5,0,READY",
    "Running,False,-1,0,RUNNING",
    "Running,False,3,0,RUNNING",
    "Running,False,4,0,UNREADY",
    "Running,False,-1,3,CRASH_LOOPING",
    "Pending,False,-1,0,PENDING",
    "Failed,False,60,0,TERMINAL"
  })
  void oneThatServedOnceIsNotTakenForOneThatStarts(
      String phase, String ready, int seconds, int restarts, PodState state) {
    assertThat(PodReader.state(pod(phase, ready, seconds, restarts))).isEqualTo(state);
  }

  @Test
  void oneThatIsDeletedGoesWhateverItDid() {
    Pod pod = pod("Running", "True", 5, 0);
    pod.getMetadata().setDeletionTimestamp(STARTED.toString());
    assertThat(PodReader.state(pod)).isEqualTo(PodState.TERMINATING);
  }
}
