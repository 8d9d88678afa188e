package dev.keelson.sim.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.proto.etcdserverpb.DeleteRangeResponse;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.sim.process.ServerProgram;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** etcd against itself agrees; an answer changed on the way is found, and the sequence shrunk. */
final class OracleTest {
  private static final PrintStream SILENT =
      new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

  private static Target left;
  private static Target right;

  @BeforeAll
  static void start() {
    assumeTrue(ServerProgram.etcd().isPresent(), "etcd is missing; see .ci/get-etcd");
    left = Target.named("etcd");
    right = Target.named("etcd");
  }

  @AfterAll
  static void stop() {
    if (left != null) {
      left.close();
      right.close();
    }
  }

  @Test
  void sameProgramAgrees() throws InterruptedException {
    assertThat(oracle(right).run(1, 1000, Duration.ZERO)).isEmpty();
  }

  @Test
  void wrongCountIsFoundAndShrunk() throws InterruptedException {
    Optional<String> report =
        oracle(tampered(OracleTest::oneDeletedTooMany)).run(1, 500, Duration.ofSeconds(15));
    assertThat(report).isPresent();
    assertThat(report.orElseThrow()).contains("deleted: 1 against 2").contains("shrunk to ");
    String shrunk = report.orElseThrow().replaceFirst("(?s).*shrunk to (\\d+) operations.*", "$1");
    assertThat(Integer.parseInt(shrunk)).as(report.orElseThrow()).isLessThan(20);
  }

  @Test
  void missingPreviousValueInAWatchIsFound() throws InterruptedException {
    Optional<String> report =
        oracle(tampered(OracleTest::withoutPreviousOfDelete)).run(1, 1000, Duration.ZERO);
    assertThat(report.orElseThrow()).contains("prev_kv");
  }

  @Test
  void lostEventIsFound() throws InterruptedException {
    Optional<String> report =
        oracle(tampered(OracleTest::withoutLastOfTwoEvents)).run(1, 1000, Duration.ZERO);
    assertThat(report.orElseThrow()).contains("events.size");
  }

  private static Object oneDeletedTooMany(Object request, Object answer) {
    return answer instanceof DeleteRangeResponse response && response.getDeleted() == 1
        ? response.toBuilder().setDeleted(2).build()
        : answer;
  }

  private static Object withoutPreviousOfDelete(Object request, Object answer) {
    if (!(answer instanceof WatchResponse response)) {
      return answer;
    }
    WatchResponse.Builder changed = response.toBuilder();
    for (Event.Builder event : changed.getEventsBuilderList()) {
      if (event.getType() == Event.EventType.DELETE) {
        event.clearPrevKv();
      }
    }
    return changed.build();
  }

  private static Object withoutLastOfTwoEvents(Object request, Object answer) {
    return answer instanceof WatchResponse response && response.getEventsCount() == 2
        ? response.toBuilder().removeEvents(1).build()
        : answer;
  }

  private static Target tampered(BinaryOperator<Object> change) {
    return right.tampered(new Tampering(change));
  }

  private static Oracle oracle(Target other) {
    return new Oracle(left, other, Set.of(), SILENT);
  }
}
