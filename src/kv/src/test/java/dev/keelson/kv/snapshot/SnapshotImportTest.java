package dev.keelson.kv.snapshot;

import static dev.keelson.kv.Requests.alarm;
import static dev.keelson.kv.Requests.compact;
import static dev.keelson.kv.Requests.delete;
import static dev.keelson.kv.Requests.grant;
import static dev.keelson.kv.Requests.op;
import static dev.keelson.kv.Requests.put;
import static dev.keelson.kv.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.kv.Machine;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.kv.mvcc.MvccStore;
import dev.keelson.kv.mvcc.Row;
import dev.keelson.kv.mvcc.StoreHash;
import dev.keelson.kv.mvcc.View;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.leasepb.Lease;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.mvccpb.KeyValue;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Reader;
import dev.keelson.storage.backend.memory.MemoryKvBackend;
import dev.keelson.storage.bbolt.BoltReader;
import dev.keelson.storage.bbolt.BoltWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotImportTest {
  private static final String VERSION = "3.6.0";
  private static final int LEASES = 4;
  private static final List<Member> MEMBERS = List.of(Member.newBuilder().setID(77).build());

  @TempDir private Path folder;

  private static void append(ByteArrayOutputStream file, ByteBuffer pages) {
    file.write(pages.array(), pages.arrayOffset() + pages.position(), pages.remaining());
  }

  private Path export(View view) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (SnapshotExport export = new SnapshotExport(view, VERSION)) {
      append(file, export.layout().metaPages());
      while (export.write(1000, pages -> append(file, pages))) {
        // on
      }
    }
    return Files.write(folder.resolve("db"), file.toByteArray());
  }

  private static void restore(Path file, MemoryKvBackend into, long bumpBy) throws IOException {
    try (BoltReader reader = BoltReader.open(file, Files.size(file));
        SnapshotImport rows = new SnapshotImport(reader, into, Runnable::run)) {
      while (rows.step(500)) {
        assertThat(rows.bytes()).isPositive();
      }
      rows.finish(MEMBERS, 1, 1, bumpBy);
    }
  }

  private static SnapshotSummary summary(Path file) throws IOException {
    try (BoltReader reader = BoltReader.open(file, Files.size(file))) {
      return SnapshotSummary.read(reader);
    }
  }

  /** Keys with many versions, deletions, several changes in a revision, leases that move. */
  private static void fill(Machine machine, Random random, int changes) {
    for (int i = 1; i <= LEASES; i++) {
      machine.succeed(grant(i, 100L * i));
    }
    for (int i = 0; i < changes; i++) {
      String key = "k" + random.nextInt(30) + (random.nextInt(5) == 0 ? "\0" : "");
      switch (random.nextInt(8)) {
        case 0 -> machine.delete(delete(key));
        case 1 -> {
          RequestOp[] ops = {
            op(put("txn" + random.nextInt(9), "v" + i)), op(delete(key)), op(put(key, "again" + i))
          };
          machine.txn(txn(ops));
        }
        default -> machine.put(put(key, "v" + i).setLease(random.nextInt(LEASES + 1)));
      }
    }
  }

  private static Map<String, String> rows(Reader reader, Family family, boolean keyValuesOnly) {
    TreeMap<String, String> all = new TreeMap<>();
    HexFormat hex = HexFormat.of();
    try (Cursor cursor = reader.ascending(family, new byte[0], null)) {
      while (cursor.next()) {
        byte[] value = cursor.value();
        int from = keyValuesOnly ? Row.parse(value).keyValueOffset() : 0;
        all.put(hex.formatHex(cursor.key()), hex.formatHex(value, from, value.length));
      }
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aRestoredStoreIsLikeTheOneThatWasSaved(long seed) throws Exception {
    Random random = new Random(seed);
    try (Machine machine = new Machine();
        MemoryKvBackend restored = MemoryKvBackend.create(Families.ALL)) {
      fill(machine, random, 400);
      if (seed % 2 == 0) {
        machine.succeed(compact(100 + random.nextInt(100)));
        machine.finishCompaction();
        fill2(machine, random);
      }
      machine.succeed(alarm(AlarmAction.ACTIVATE, AlarmType.CORRUPT, 5));
      machine.commit();
      Path file = export(machine.state().store().views().acquire());
      restore(file, restored, 0);
      String digest = ContentDigest.of(restored);
      try (MvccStore store = new MvccStore(restored);
          View ours = store.views().acquire();
          View theirs = machine.state().store().views().acquire()) {
        assertThat(ours.revision()).isEqualTo(theirs.revision());
        assertThat(ours.compactRevision()).isEqualTo(theirs.compactRevision());
        for (Family family : List.of(Families.CURRENT, Families.EVENTS)) {
          assertThat(rows(ours.reader(), family, true))
              .as(family.name())
              .isEqualTo(rows(theirs.reader(), family, true));
        }
        for (Family family :
            List.of(Families.HISTORY, Families.LEASE_KEYS, Families.LEASES, Families.ALARMS)) {
          assertThat(rows(ours.reader(), family, false))
              .as(family.name())
              .isEqualTo(rows(theirs.reader(), family, false));
        }
        for (long at = Math.max(1, ours.compactRevision()); at <= ours.revision(); at++) {
          assertThat(StoreHash.hashKv(ours, at)).isEqualTo(StoreHash.hashKv(theirs, at));
        }
        SnapshotSummary summary = summary(file);
        assertThat(summary.keys()).isEqualTo(rows(ours.reader(), Families.CURRENT, true).size());
        assertThat(summary.revision()).isEqualTo(ours.revision());
        assertThat(summary.digest()).isEqualTo(digest);
        assertThat(summary(export(store.views().acquire())).digest()).isEqualTo(digest);
      }
    }
  }

  private static void fill2(Machine machine, Random random) {
    for (int i = 0; i < 60; i++) {
      String key = "k" + random.nextInt(30);
      if (random.nextInt(3) == 0) {
        machine.delete(delete(key));
      } else {
        machine.put(put(key, "later" + i));
      }
    }
  }

  @Test
  void aCompactionUnderWayGoesOn() throws Exception {
    try (Machine machine = new Machine();
        MemoryKvBackend restored = MemoryKvBackend.create(Families.ALL)) {
      machine.put("a", "1");
      machine.put("a", "2");
      machine.put("a", "3");
      Path file = export(machine.state().store().views().acquire());
      restore(file, restored, 1000);
      try (MvccStore store = new MvccStore(restored)) {
        assertThat(store.revision()).isEqualTo(1004);
        assertThat(store.compactRevision()).isEqualTo(1004);
        assertThat(store.compactor().idle()).isFalse();
        while (!store.compactor().idle()) {
          assertThat(store.compactor().step(1)).isNotNegative();
        }
        assertThat(rows(restored, Families.EVENTS, true)).hasSize(1);
        assertThat(rows(restored, Families.HISTORY, false)).isEmpty();
        assertThat(rows(restored, Families.CURRENT, true)).hasSize(1);
      }
    }
  }

  // --- files of other programs

  private final TreeMap<String, TreeMap<byte[], byte[]>> buckets = new TreeMap<>();

  private void row(String bucket, byte[] key, byte[] value) {
    buckets.computeIfAbsent(bucket, _ -> new TreeMap<>(Arrays::compareUnsigned)).put(key, value);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] at(long main, long sub, boolean deletion) {
    ByteBuffer key = ByteBuffer.allocate(deletion ? 18 : 17).putLong(main).put((byte) '_');
    key.putLong(sub);
    return deletion ? key.put((byte) 't').array() : key.array();
  }

  private Path foreignFile() throws IOException {
    buckets.computeIfAbsent("key", _ -> new TreeMap<>(Arrays::compareUnsigned));
    buckets.computeIfAbsent("meta", _ -> new TreeMap<>(Arrays::compareUnsigned));
    ByteArrayOutputStream pages = new ByteArrayOutputStream();
    BoltWriter writer = new BoltWriter(page -> append(pages, page));
    buckets.forEach(
        (name, rows) -> {
          writer.bucket(name);
          rows.forEach((key, value) -> writer.put(key, value, 0, value.length));
        });
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    append(file, writer.finish().metaPages());
    pages.writeTo(file);
    return Files.write(folder.resolve("foreign"), file.toByteArray());
  }

  private static KeyValue.Builder keyValue(String key, long create, long mod, long version) {
    return KeyValue.newBuilder()
        .setKey(com.google.protobuf.ByteString.copyFromUtf8(key))
        .setCreateRevision(create)
        .setModRevision(mod)
        .setVersion(version);
  }

  @Test
  void olderFilesAndRaisedRevisionsAreUnderstood() throws Exception {
    row("key", at(7, 0, false), keyValue("old", 2, 7, 5).build().toByteArray());
    row("key", at(9, 0, true), keyValue("unseen", 0, 0, 0).build().toByteArray());
    row("key", at(12, 0, false), new byte[0]); // what etcdutl writes to raise the revision
    row("meta", text("finishedCompactRev"), at(9, 0, false));
    row("meta", text("scheduledCompactRev"), at(12, 0, false));
    row("test", text("anything"), text("else"));
    try (MemoryKvBackend restored = MemoryKvBackend.create(Families.ALL)) {
      restore(foreignFile(), restored, 0);
      try (MvccStore store = new MvccStore(restored)) {
        assertThat(store.revision()).isEqualTo(12);
        assertThat(store.compactRevision()).isEqualTo(12);
      }
      assertThat(rows(restored, Families.CURRENT, true)).hasSize(1);
      assertThat(rows(restored, Families.EVENTS, true)).hasSize(2);
      assertThat(rows(restored, Families.HISTORY, false)).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "key | short | 01 | not a revision",
        "key | 000000000000000158000000000000000000 | 01 | not a revision",
        "key | 80000000000000005f0000000000000000 | 01 | not a revision",
        "key | 00000000000000055f0000000000000000 | ff | not a KeyValue",
        "key | 00000000000000055f0000000000000000 | 1005 | it has no key",
        "key | 00000000000000055f0000000000000000 | 0a01614801 | fields that this version does not know",
        "key | 00000000000000055f0000000000000000 | 0a0161100518052001 | stands at revision 5",
        "lease | 0000000000000009 | 08011005 | has another key",
        "lease | 0000000000000001 | ff | damaged",
        "alarm | ff | 00 | damaged",
        "meta | 66696e6973686564436f6d70616374526576 | 00 | not a revision",
        "meta | 73746f7261676556657273696f6e | 342e302e30 | version \"4.0.0\"",
        "meta | 73746f7261676556657273696f6e | 332e372e30 | version \"3.7.0\"",
      })
  void whatEtcdDoesNotWriteIsRefused(String bucket, String key, String value, String message)
      throws IOException {
    byte[] rowKey = key.equals("short") ? text(key) : HexFormat.of().parseHex(key.strip());
    boolean validPut = value.equals("0a0161100518052001");
    row(
        bucket,
        rowKey,
        validPut
            ? keyValue("a", 9, 5, 1).build().toByteArray()
            : HexFormat.of().parseHex(value.strip()));
    Path file = foreignFile();
    try (MemoryKvBackend restored = MemoryKvBackend.create(Families.ALL)) {
      assertThatThrownBy(() -> restore(file, restored, 0))
          .isInstanceOf(SnapshotFormatException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void otherDatabasesAreRefused() throws IOException {
    buckets.put("key", new TreeMap<>(Arrays::compareUnsigned));
    Path file = foreignFile();
    ByteArrayOutputStream pages = new ByteArrayOutputStream();
    BoltWriter writer = new BoltWriter(page -> append(pages, page));
    writer.bucket("users");
    ByteArrayOutputStream other = new ByteArrayOutputStream();
    append(other, writer.finish().metaPages());
    pages.writeTo(other);
    Files.write(file, other.toByteArray());
    assertThatThrownBy(() -> summary(file))
        .isInstanceOf(SnapshotFormatException.class)
        .hasMessageContaining("not a snapshot of etcd: there is no bucket \"key\"");
  }

  @Test
  void leasesKeepWhatIsStoredOfThem() throws Exception {
    byte[] lease = Lease.newBuilder().setID(9).setTTL(60).setRemainingTTL(11).build().toByteArray();
    row("lease", ByteBuffer.allocate(8).putLong(9).array(), lease);
    try (MemoryKvBackend restored = MemoryKvBackend.create(Families.ALL)) {
      restore(foreignFile(), restored, 0);
      List<String> stored = new ArrayList<>(rows(restored, Families.LEASES, false).values());
      assertThat(stored).containsExactly(HexFormat.of().formatHex(lease));
    }
  }
}
