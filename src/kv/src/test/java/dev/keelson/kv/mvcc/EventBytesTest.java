package dev.keelson.kv.mvcc;

import static dev.keelson.kv.Requests.compact;
import static dev.keelson.kv.Requests.delete;
import static dev.keelson.kv.Requests.op;
import static dev.keelson.kv.Requests.put;
import static dev.keelson.kv.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.Machine;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.WriteBatch;
import dev.keelson.storage.bbolt.BoltWriter;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventBytesTest {
  private final Machine machine = new Machine();
  private final Random random = new Random(11);

  @AfterEach
  void close() {
    machine.close();
  }

  private long known() {
    try (View view = machine.views().acquire()) {
      return EventBytes.at(view);
    }
  }

  private long counted() {
    long sum = 0;
    try (Cursor rows = machine.backend().ascending(Families.EVENTS, new byte[0], null)) {
      while (rows.next()) {
        Row row = Row.parse(rows.value());
        sum += BoltWriter.rowBytes(rows.key().length, row.keyValue().length);
      }
    }
    return sum;
  }

  /** The view shows a step of the compaction from the next commit on. */
  private void isExact() {
    machine.put("look", "");
    assertThat(known()).isEqualTo(counted());
  }

  private void change() {
    String key = "key" + random.nextInt(9);
    switch (random.nextInt(6)) {
      case 0 -> machine.delete(delete(key));
      case 1 -> machine.txn(txn(op(put(key, "a")), op(put("other", "bb")), op(delete("third"))));
      case 2 -> machine.txn(txn(op(delete(key)), op(put(key, "again")), op(put("third", ""))));
      default -> machine.put(key, "x".repeat(random.nextInt(300)));
    }
  }

  @Test
  void itIsTheSumOverTheRowsWhateverHappens() {
    isExact();
    for (int i = 0; i < 3000; i++) {
      change();
      switch (random.nextInt(60)) {
        case 0 -> machine.succeed(compact(machine.revision() - 1));
        case 1 -> machine.finishCompaction();
        case 2 -> machine.flush();
        case 3 -> {
          machine.crash();
          machine.replay();
          machine.commit();
        }
        default -> {
          int steps = random.nextInt(3);
          for (int step = 0; step < steps; step++) {
            machine.state().store().compactor().step(2);
          }
        }
      }
      isExact();
    }
    machine.succeed(compact(machine.revision()));
    machine.finishCompaction();
    isExact();
    assertThat(known()).isLessThan(10_000);
  }

  @Test
  void aStoreMadeWithoutItIsAddedUpWhenItIsOpened() {
    for (int i = 0; i < 100; i++) {
      change();
    }
    try (WriteBatch batch = machine.backend().batch()) {
      batch.delete(Families.META, StoreKeys.EVENT_BYTES);
      machine.backend().write(batch);
    }
    machine.flush();
    machine.crash();
    assertThat(known()).isEqualTo(counted());
    isExact();
  }
}
