package dev.keelson.kv.mvcc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.memory.MemoryKvBackend;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BulkLoadTest {
  private static final List<Family> FILLED =
      List.of(Families.CURRENT, Families.EVENTS, Families.LEASE_KEYS);

  private final MemoryKvBackend backend = MemoryKvBackend.create(Families.ALL);

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private Map<String, String> rows(Family family) {
    TreeMap<String, String> rows = new TreeMap<>();
    try (Cursor cursor = backend.ascending(family, new byte[0], null)) {
      while (cursor.next()) {
        rows.put(new String(cursor.key(), UTF_8), new String(cursor.value(), UTF_8));
      }
    }
    return rows;
  }

  /** Runs of a few rows, of some hundred, and all rows in one; now and then a row above a run. */
  @ParameterizedTest
  @ValueSource(ints = {64, 4096, 1 << 20})
  void theLastChangeOfEachRowCounts(int runBytes) {
    Random random = new Random(runBytes);
    List<Map<String, String>> model = FILLED.stream().map(_ -> newModel()).toList();
    try (ExecutorService writers = Executors.newFixedThreadPool(2);
        BulkLoad load = new BulkLoad(backend, writers, runBytes, 1 << 10)) {
      for (int i = 0; i < 20_000; i++) {
        int which = random.nextInt(FILLED.size());
        Family family = FILLED.get(which);
        String key = "k" + random.nextInt(3000);
        Map<String, String> expected = model.get(which);
        if (random.nextInt(4) == 0) {
          load.delete(family, bytes(key));
          expected.remove(key);
        } else {
          String value = random.nextInt(9) == 0 ? "" : "v" + i + "x".repeat(random.nextInt(90));
          load.put(family, bytes(key), bytes(value));
          expected.put(key, value);
        }
        byte[] current = load.current(bytes(key));
        String known = model.getFirst().get(key);
        assertThat(current == null ? null : new String(current, UTF_8)).isEqualTo(known);
      }
      load.finish();
    }
    for (int i = 0; i < FILLED.size(); i++) {
      assertThat(rows(FILLED.get(i))).isEqualTo(model.get(i));
    }
  }

  /** None of them is overlooked, and few others are taken for one. */
  @Test
  void theFilterOfKeysErrsOnOneSideOnly() {
    KeyFilter filter = new KeyFilter(1 << 14);
    KeyFilter more = new KeyFilter(1 << 14);
    for (int i = 0; i < 10_000; i++) {
      (i % 2 == 0 ? filter : more).add(filter.hash(bytes("/registry/pods/" + i)));
    }
    filter.addAll(more);
    int wrong = 0;
    for (int i = 0; i < 10_000; i++) {
      assertThat(filter.mayHave(more.hash(bytes("/registry/pods/" + i)))).isTrue();
      wrong += filter.mayHave(more.hash(bytes("/registry/nodes/" + i))) ? 1 : 0;
    }
    assertThat(wrong).isLessThan(100);
    filter.clear();
    assertThat(filter.mayHave(more.hash(bytes("/registry/pods/1")))).isFalse();
  }

  private static Map<String, String> newModel() {
    return new TreeMap<>();
  }

  @Test
  void whatFailsBesideIsToldToTheCaller() {
    Executor failing =
        task ->
            new Thread(
                    () -> {
                      backend.close();
                      task.run();
                    })
                .start();
    try (BulkLoad load = new BulkLoad(backend, failing, 64, 1 << 10)) {
      load.put(Families.CURRENT, bytes("a"), bytes("1"));
      assertThatThrownBy(load::finish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }
}
