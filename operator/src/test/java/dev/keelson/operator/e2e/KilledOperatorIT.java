package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.MemberStatus;
import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationType;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The operator's process ends in the middle of a change; it goes on where it was. */
@ExtendWith(OnKubernetes.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KilledOperatorIT {
  private static final Duration CHANGE = Duration.ofSeconds(200);
  private static final String NAME = "killed";

  private final Kubernetes kubernetes;

  KilledOperatorIT(Kubernetes kubernetes) {
    this.kubernetes = kubernetes;
  }

  private void killDuring(OperationType type) {
    kubernetes.await(
        NAME,
        CHANGE,
        cluster -> {
          Operation operation = cluster.getStatus().operation();
          return operation != null && operation.type() == type;
        });
    kubernetes.killOperator();
  }

  @Test
  void itGoesOnWithGrowthAndWithARoll() {
    kubernetes.create(NAME, "replicas: 1\ntls: {mode: 'Off'}\n");
    kubernetes.awaitVoters(NAME, 1, CHANGE);
    try (Client client = kubernetes.connect(NAME);
        Load load = new Load("killed", () -> kubernetes.connect(NAME))) {
      kubernetes.scale(NAME, 3);
      killDuring(OperationType.Grow);
      kubernetes.awaitVoters(NAME, 3, CHANGE);
      assertThat(kubernetes.cluster(NAME).getStatus().members())
          .extracting(MemberStatus::serial)
          .as("no number was lost or used twice")
          .containsExactlyInAnyOrder(1L, 2L, 3L);
      List<String> before = uids();
      kubernetes.patch(NAME, "{\"config\": {\"snapshotCount\": 5000}}");
      killDuring(OperationType.Roll);
      kubernetes.awaitVoters(NAME, 3, CHANGE);
      assertThat(uids()).hasSize(3).doesNotContainAnyElementsOf(before);
      assertThat(kubernetes.events(NAME).stream().filter(event -> event.contains("Roll of")))
          .as("every member once")
          .hasSize(3);
      load.end(client);
    }
    kubernetes.destroy(NAME);
  }

  private List<String> uids() {
    return kubernetes.memberPods(NAME).stream().map(Pod::getMetadata).map(m -> m.getUid()).toList();
  }
}
