package dev.keelson.kv;

import static dev.keelson.kv.Requests.entry;
import static dev.keelson.kv.Requests.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.mvcc.AppliedPosition;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The time that leaders give to log entries. */
final class AppliedTimeTest {
  private final Machine machine = new Machine();

  @AfterEach
  void close() {
    machine.close();
  }

  private long afterApplying(String key, long leaderMillis) {
    InternalRaftRequest request =
        entry(put(key, "v")).toBuilder().setLeaderMillis(leaderMillis).build();
    machine.succeed(request);
    return AppliedPosition.read(machine.backend()).timeMillis();
  }

  @Test
  void isKeptWithTheAppliedIndexAndNeverFalls() {
    assertThat(afterApplying("a", 1000)).isEqualTo(1000);
    assertThat(afterApplying("b", 0)).as("an entry of the same batch").isEqualTo(1000);
    assertThat(afterApplying("c", 900)).as("a leader whose clock is behind").isEqualTo(1000);
    assertThat(afterApplying("d", 1001)).isEqualTo(1001);
  }

  @Test
  void decidesNothing() {
    afterApplying("a", 1000);
    try (Machine other = new Machine()) {
      other.succeed(entry(put("a", "v")));
      assertThat(AppliedPosition.read(other.backend()).digest())
          .isEqualTo(AppliedPosition.read(machine.backend()).digest());
    }
  }
}
