package dev.keelson.kv;

import static dev.keelson.kv.Requests.entry;
import static dev.keelson.kv.Requests.put;
import static dev.keelson.kv.Requests.range;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.kv.mvcc.CompactedException;
import dev.keelson.kv.mvcc.Event;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One entry that changes more keys than there is room for their events. */
class LargeRevisionTest {
  private static final int KEYS = 4_000;
  private static final String PREFIX = "a/" + "long".repeat(400) + "/";

  private final Machine machine = new Machine();

  @BeforeEach
  void fill() {
    for (int i = 0; i < KEYS; i++) {
      machine.applyOnly(entry(put(PREFIX + i, "v")));
    }
    machine.commit();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private static DeleteRangeRequest.Builder everything() {
    return DeleteRangeRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8("\0"))
        .setRangeEnd(ByteString.copyFromUtf8("\0"));
  }

  @Test
  void itsEventsAreReadFromTheLog() throws CompactedException {
    machine.applyOnly(entry(everything()));
    List<RevisionEvents> published = machine.commit();
    long revision = machine.revision();
    assertThat(published).hasSize(1);
    assertThat(published.getFirst().revision()).isEqualTo(revision);
    assertThat(published.getFirst().events()).isEmpty();

    List<RevisionEvents> read =
        machine.state().store().log().read(revision, 1000, Long.MAX_VALUE, LargeRevisionTest::ends);
    assertThat(read).hasSize(1);
    assertThat(read.getFirst().events())
        .hasSize(KEYS / 1000)
        .allSatisfy(event -> assertThat(event.deletion()).isTrue());
    Event first = read.getFirst().events().getFirst();
    assertThat(machine.state().store().log().keyValueAt(first.previous())).isNotNull();
  }

  private static boolean ends(byte[] key) {
    return new String(key, java.nio.charset.StandardCharsets.US_ASCII).matches(".*/.*123|.*/123");
  }

  @Test
  void whatFollowsInTheSameBatchSeesItsChanges() {
    machine.applyOnly(entry(everything()));
    machine.applyOnly(entry(put(PREFIX + 7, "again")));
    machine.applyOnly(entry(put(PREFIX + (KEYS - 1), "again")));
    List<RevisionEvents> published = machine.commit();
    assertThat(published).hasSize(3);
    for (int i : new int[] {7, KEYS - 1}) {
      KeyValue row = Objects.requireNonNull(machine.row(PREFIX + i));
      assertThat(row.getVersion()).isEqualTo(1);
      assertThat(row.getCreateRevision()).isEqualTo(row.getModRevision());
    }
    assertThat(machine.keys(range("a/").setRangeEnd(ByteString.copyFromUtf8("b")))).hasSize(2);
  }
}
