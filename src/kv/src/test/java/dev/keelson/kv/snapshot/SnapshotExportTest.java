package dev.keelson.kv.snapshot;

import static dev.keelson.kv.Requests.alarm;
import static dev.keelson.kv.Requests.compact;
import static dev.keelson.kv.Requests.delete;
import static dev.keelson.kv.Requests.grant;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.Machine;
import dev.keelson.kv.mvcc.View;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.leasepb.Lease;
import dev.keelson.proto.membershippb.ClusterVersionSetRequest;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.membershippb.RaftAttributes;
import dev.keelson.storage.bbolt.BoltLayout;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SnapshotExportTest {
  private static final String VERSION = "3.6.0";

  private final Machine machine = new Machine();

  @AfterEach
  void close() {
    machine.close();
  }

  private View view() {
    machine.succeed(alarm(AlarmAction.GET, AlarmType.NONE, 0));
    return machine.state().store().views().acquire();
  }

  /** The rows of a bucket, a byte a character. */
  private Map<String, String> rows(String bucket) {
    Bucket wanted =
        Bucket.all(VERSION).stream().filter(each -> each.name().equals(bucket)).findFirst().get();
    Map<String, String> read = new LinkedHashMap<>();
    try (View view = view();
        BucketRows rows = wanted.rows().apply(view)) {
      while (rows.next()) {
        byte[] value = rows.value();
        byte[] own = Arrays.copyOfRange(value, rows.valueOffset(), value.length);
        read.put(new String(rows.key(), ISO_8859_1), new String(own, ISO_8859_1));
      }
    }
    return read;
  }

  private byte[] file(int stepBytes) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (SnapshotExport export = new SnapshotExport(view(), VERSION)) {
      append(file, export.layout().metaPages());
      while (export.write(stepBytes, pages -> append(file, pages))) {
        // on
      }
      assertThat(export.layout().sizeBytes()).isEqualTo(file.size());
    }
    return file.toByteArray();
  }

  private static void append(ByteArrayOutputStream file, ByteBuffer pages) {
    file.write(pages.array(), pages.arrayOffset() + pages.position(), pages.remaining());
  }

  private static Member memberOf(long id, boolean learner) {
    return Member.newBuilder()
        .setID(id)
        .setRaftAttributes(
            RaftAttributes.newBuilder().addPeerUrls("http://p").setIsLearner(learner))
        .build();
  }

  @Test
  void bucketsAreThoseOfEtcdInOrder() {
    assertThat(Bucket.all(VERSION).stream().map(Bucket::name))
        .containsExactly(
            "alarm",
            "auth",
            "authRoles",
            "authUsers",
            "cluster",
            "key",
            "lease",
            "members",
            "members_removed",
            "meta");
  }

  @Test
  void aNewStore() {
    assertThat(rows("key")).isEmpty();
    assertThat(rows("auth"))
        .containsExactly(
            Map.entry("authEnabled", "\0"), Map.entry("authRevision", "\0\0\0\0\0\0\0\1"));
    assertThat(rows("meta").keySet())
        .containsExactly("confState", "consistent_index", "storageVersion", "term");
    assertThat(rows("meta"))
        .containsEntry("storageVersion", VERSION)
        .containsEntry("confState", "{\"auto_leave\":false}");
  }

  @Test
  void positionAndCompaction() {
    machine.put("a", "1");
    machine.put("a", "2");
    machine.succeed(compact(2));
    // the log has three entries, and looking takes one more
    assertThat(rows("meta"))
        .containsEntry("consistent_index", "\0\0\0\0\0\0\0\4")
        .containsEntry("term", "\0\0\0\0\0\0\0\1")
        .containsEntry("scheduledCompactRev", "\0\0\0\0\0\0\0\2_\0\0\0\0\0\0\0\0")
        .containsEntry("finishedCompactRev", "\0\0\0\0\0\0\0\2_\0\0\0\0\0\0\0\0");
    assertThat(rows("key").keySet())
        .containsExactly("\0\0\0\0\0\0\0\2_\0\0\0\0\0\0\0\0", "\0\0\0\0\0\0\0\3_\0\0\0\0\0\0\0\0");
  }

  @Test
  void members() {
    machine.state().members().put(machine.state().store().batch(), memberOf(0xabL, true));
    machine.state().members().put(machine.state().store().batch(), memberOf(-1, false));
    assertThat(rows("members"))
        .containsExactly(
            Map.entry("ab", "{\"id\":171,\"peerURLs\":[\"http://p\"],\"isLearner\":true}"),
            Map.entry(
                "ffffffffffffffff", "{\"id\":18446744073709551615,\"peerURLs\":[\"http://p\"]}"));
    assertThat(rows("meta"))
        .containsEntry(
            "confState",
            "{\"voters\":[18446744073709551615],\"learners\":[171],\"auto_leave\":false}");
  }

  @Test
  void leasesAlarmsAndClusterVersion() {
    machine.succeed(grant(-2, 1000));
    machine.succeed(alarm(AlarmAction.ACTIVATE, AlarmType.CORRUPT, 5));
    machine.succeed(
        InternalRaftRequest.newBuilder()
            .setClusterVersionSet(ClusterVersionSetRequest.newBuilder().setVer("3.6.0"))
            .build());
    byte[] lease = Lease.newBuilder().setID(-2).setTTL(1000).build().toByteArray();
    assertThat(rows("lease"))
        .containsExactly(
            Map.entry(
                "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00fe", new String(lease, ISO_8859_1)));
    assertThat(rows("alarm")).containsExactly(Map.entry("\b\5\20\2", ""));
    assertThat(rows("cluster")).containsExactly(Map.entry("clusterVersion", "3.6.0"));
  }

  @Test
  void theFileDoesNotDependOnStepsOrOnHowFarCompactionHasGot() {
    for (int i = 0; i < 500; i++) {
      machine.put("key" + i % 50, "x".repeat(i));
      if (i % 7 == 0) {
        machine.delete(delete("key" + i % 11));
      }
    }
    machine.put("large", "y".repeat(100_000));
    machine.succeed(compact(machine.revision() - 20));
    byte[] before = file(1);
    machine.finishCompaction();
    // what is not removed yet is not there, but there are free pages for it
    byte[] after = file(1 << 20);
    assertThat(after.length).isLessThan(before.length);
    assertThat(file(100)).hasSameSizeAs(after);
    // the file tells the position in the log, which looking moves on: compare all the rest
    int differences = 0;
    for (int i = 2 * BoltLayout.PAGE_BYTES; i < after.length - BoltLayout.PAGE_BYTES; i++) {
      differences += after[i] == before[i] ? 0 : 1;
    }
    assertThat(differences).as("bytes of consistent_index").isLessThanOrEqualTo(2);
    assertThat(rows("key")).hasSizeLessThan(100);
  }

  @Test
  void theViewIsClosedInTheMiddleToo() {
    machine.put("a", "1");
    SnapshotExport export = new SnapshotExport(view(), VERSION);
    assertThat(export.write(1, _ -> {})).isTrue();
    export.close();
    // closing the machine fails if a snapshot or a cursor is still open
  }
}
