package dev.keelson.kv.mvcc;

import static dev.keelson.kv.Requests.alarm;
import static dev.keelson.kv.Requests.compact;
import static dev.keelson.kv.Requests.delete;
import static dev.keelson.kv.Requests.op;
import static dev.keelson.kv.Requests.put;
import static dev.keelson.kv.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.Machine;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeptEventsTest {
  private final Machine machine = new Machine();

  @AfterEach
  void close() {
    machine.close();
  }

  private List<String> kept() {
    // a view shows a removal from the next commit on
    machine.succeed(alarm(AlarmAction.GET, AlarmType.NONE, 0));
    List<String> kept = new ArrayList<>();
    try (View view = machine.state().store().views().acquire();
        KeptEvents events = KeptEvents.afterCompaction(view)) {
      while (events.next()) {
        Row row = Row.parse(events.row());
        assertThat(events.keyValueOffset()).isEqualTo(row.keyValueOffset());
        byte[] at = events.key();
        kept.add(
            StoreKeys.eventMain(at)
                + "."
                + StoreKeys.eventSub(at)
                + (StoreKeys.isDeletion(at) ? "t " : " ")
                + new String(row.key(), java.nio.charset.StandardCharsets.UTF_8));
      }
    }
    return kept;
  }

  @Test
  void beforeACompactionEverythingIsKept() {
    machine.put("a", "1");
    machine.put("a", "2");
    machine.delete(delete("a"));
    assertThat(kept()).containsExactly("2.0 a", "3.0 a", "4.0t a");
  }

  @Test
  void theVersionInForceAndTheDeletionAtTheCompactedRevisionAreKept() {
    machine.put("gone", "1");
    machine.put("a", "1");
    machine.delete(delete("gone"));
    machine.put("a", "2");
    machine.put("b", "1");
    machine.txn(txn(op(put("x", "1")), op(delete("b"))));
    machine.put("a", "3");
    machine.succeed(compact(7));
    assertThat(kept()).containsExactly("5.0 a", "7.0 x", "7.1t b", "8.0 a");
    machine.succeed(compact(8));
    assertThat(kept()).containsExactly("7.0 x", "8.0 a");
  }

  /** What is shown must not depend on how far the removal has got. */
  @Test
  void removalChangesNothing() {
    Random random = new Random(3);
    for (int round = 0; round < 60; round++) {
      for (int i = random.nextInt(1, 15); i > 0; i--) {
        String key = "k" + random.nextInt(5);
        if (random.nextInt(3) == 0) {
          machine.delete(delete(key));
        } else {
          machine.put(key, "v");
        }
      }
      long compacted = machine.state().store().compactRevision();
      if (machine.revision() > compacted) {
        machine.succeed(compact(random.nextLong(compacted + 1, machine.revision() + 1)));
      }
      List<String> logically = kept();
      machine.state().store().compactor().step(random.nextInt(1, 6));
      assertThat(kept()).isEqualTo(logically);
      if (random.nextBoolean()) {
        machine.finishCompaction();
        assertThat(kept()).isEqualTo(logically);
        assertThat(machine.dump().keySet().stream().filter(row -> row.startsWith("events ")))
            .as("rows after the removal")
            .hasSize(logically.size());
      }
    }
  }
}
