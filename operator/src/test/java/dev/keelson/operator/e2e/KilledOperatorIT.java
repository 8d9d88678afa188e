package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.MemberStatus;
import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationType;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** The operator's process ends in the middle of a change; it goes on where it was, or another. */
@ExtendWith(OnKubernetes.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class KilledOperatorIT {
  private static final Duration CHANGE = Duration.ofSeconds(200);
  private static final String NAME = "killed";

  private final Kubernetes kubernetes;

  KilledOperatorIT(Kubernetes kubernetes) {
    this.kubernetes = kubernetes;
  }

  @BeforeAll
  void create() {
    kubernetes.create(NAME, "replicas: 1\ntls: {mode: 'Off'}\n");
    kubernetes.awaitVoters(NAME, 1, CHANGE);
  }

  @AfterAll
  void remove() {
    kubernetes.destroy(NAME);
  }

  private void awaitOperation(OperationType type) {
    kubernetes.await(
        NAME,
        CHANGE,
        cluster -> {
          Operation operation = cluster.getStatus().operation();
          return operation != null && operation.type() == type;
        });
  }

  private void killDuring(OperationType type) {
    awaitOperation(type);
    kubernetes.killOperator();
  }

  @Test
  @Order(1)
  void itGoesOnWithGrowthAndWithARoll() {
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
  }

  /** Its Pod goes at once and for good, and with it the name that holds the lease. */
  @Test
  @Order(2)
  void anotherOperatorGoesOnWhereTheLeaderOfTheOperatorsIsLost() {
    kubernetes.operators(2);
    try (Client client = kubernetes.connect(NAME);
        Load load = new Load("handed", () -> kubernetes.connect(NAME))) {
      String leader = kubernetes.leadingOperator();
      kubernetes.scale(NAME, 1);
      awaitOperation(OperationType.Shrink);
      kubernetes.loseOperator(leader);
      kubernetes.awaitVoters(NAME, 1, CHANGE);
      assertThat(kubernetes.leadingOperator()).isNotEqualTo(leader);
      load.end(client);
    } finally {
      kubernetes.operators(1);
    }
  }

  private List<String> uids() {
    return kubernetes.memberPods(NAME).stream().map(Pod::getMetadata).map(m -> m.getUid()).toList();
  }
}
