package dev.keelson.server.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.HashKVRequest;
import dev.keelson.proto.etcdserverpb.HashKVResponse;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.SnapshotRequest;
import dev.keelson.proto.etcdserverpb.SnapshotResponse;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is saved from the server is restored by etcd's tools and served by etcd. */
final class SnapshotIT {
  private static final ByteString ALL = ByteString.copyFrom(new byte[1]);
  private static final int BLOB_BYTES = 32 << 10;
  private static final int DIGEST_BYTES = 32;
  private static final int MANY_KEYS = 50_000;
  private static final int OPS_PER_TXN = 125;
  private static final int DEADLINE_SECONDS = 60;

  /** What the server holds. */
  enum Content {
    NOTHING {
      @Override
      void fill(ManagedChannel channel) {
        // a new server
      }
    },
    A_FEW_KEYS {
      @Override
      void fill(ManagedChannel channel) {
        long lease = grant(channel, 5000);
        grant(channel, 900);
        put(channel, "a", "1", 0);
        put(channel, "a", "2", lease);
        put(channel, "b", "", lease);
        delete(channel, "b");
        put(channel, "b", "again", 0);
        puts(channel, "txn/", 5, 10);
      }
    },
    MANY_KEYS_IN_TRANSACTIONS {
      @Override
      void fill(ManagedChannel channel) {
        for (int i = 0; i < MANY_KEYS / OPS_PER_TXN; i++) {
          puts(channel, "many/" + i + "/", OPS_PER_TXN, 100);
        }
      }
    },
    VALUES_OF_A_MEGABYTE {
      @Override
      void fill(ManagedChannel channel) {
        for (int i = 0; i < 20; i++) {
          puts(channel, "large/" + i % 15 + "/", 1, 1 << 20);
          put(channel, "small/" + i, "x", 0);
        }
      }
    },
    A_COMPACTED_HISTORY {
      @Override
      void fill(ManagedChannel channel) {
        for (int round = 0; round < 3; round++) {
          for (int i = 0; i < 40; i++) {
            puts(channel, "compacted/" + i + "/", OPS_PER_TXN, 30);
          }
        }
        for (int i = 10; i < 19; i++) {
          delete(channel, "compacted/" + i + "/0");
        }
        compact(channel, delete(channel, "compacted/3/1"));
        delete(channel, "compacted/3/2");
        // the removal of what is obsolete now goes on while the snapshot is taken
        compact(channel, delete(channel, "compacted/3/3"));
      }
    };

    abstract void fill(ManagedChannel channel);
  }

  @ParameterizedTest
  @EnumSource(Content.class)
  void etcdServesWhatIsRestored(Content content) throws Exception {
    Path etcdctl = Servers.etcdTool("etcdctl");
    Path etcdutl = Servers.etcdTool("etcdutl");
    Path etcd = Servers.etcdTool("etcd");
    Path folder = ScratchFolder.create("snapshot");
    try (ServerProcess server = Servers.start();
        ServerProcess restored =
            new ServerProcess(new ServerProgram("etcd", etcd, List.of()), List.of())) {
      ManagedChannel channel = Servers.connect(server);
      ManagedChannel other = Servers.connect(restored);
      try {
        content.fill(channel);
        Path file = folder.resolve("db");
        run(etcdctl, "--endpoints", server.endpoint(), "snapshot", "save", file.toString());
        assertThat(Files.size(file) % 512).isEqualTo(DIGEST_BYTES);
        assertThat(run(etcdutl, "snapshot", "status", file.toString())).isNotEmpty();
        String target = restored.dataFolder().toString();
        run(etcdutl, "snapshot", "restore", file.toString(), "--data-dir", target);
        restored.start();
        assertSame(channel, other);
        // etcd takes every page out of the trees again
        delete(other, ALL, ALL);
        run(etcdctl, "--endpoints", restored.endpoint(), "defrag");
        assertThat(everything(other).getKvsList()).isEmpty();
      } finally {
        channel.shutdownNow();
        other.shutdownNow();
      }
    } finally {
      ScratchFolder.delete(folder);
    }
  }

  private static void assertSame(ManagedChannel ours, ManagedChannel theirs) {
    RangeResponse expected = everything(ours);
    RangeResponse actual = everything(theirs);
    assertThat(actual.getKvsList()).isEqualTo(expected.getKvsList());
    long revision = expected.getHeader().getRevision();
    assertThat(actual.getHeader().getRevision()).isEqualTo(revision);
    HashKVResponse hash = hash(ours, revision);
    assertThat(hash(theirs, revision).getHash()).isEqualTo(hash.getHash());
    assertThat(hash(theirs, revision).getCompactRevision()).isEqualTo(hash.getCompactRevision());
    assertThat(leases(theirs)).isEqualTo(leases(ours));
  }

  @Test
  void messagesCountDownAndEndWithTheDigest() throws Exception {
    try (ServerProcess server = Servers.start()) {
      ManagedChannel channel = Servers.connect(server);
      try {
        puts(channel, "key/", 100, 3000);
        List<SnapshotResponse> messages = new ArrayList<>();
        snapshot(channel).forEachRemaining(messages::add);
        assertCountdown(messages);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** It rests in between, then goes on, and has nothing of what was written since it began. */
  @Test
  void aSnapshotBesideWritesIsOfOneMoment() throws Exception {
    try (ServerProcess server = Servers.start()) {
      ManagedChannel channel = Servers.connect(server);
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Integer> writing = new CompletableFuture<>();
      try {
        for (int i = 0; i < 40; i++) {
          puts(channel, "before/" + i + "/", OPS_PER_TXN, 2000);
        }
        Iterator<SnapshotResponse> messages = snapshot(channel);
        List<SnapshotResponse> received = new ArrayList<>(List.of(messages.next()));
        Thread.ofVirtual()
            .start(
                () -> {
                  int written = 0;
                  while (!over.get()) {
                    put(channel, "beside/" + written++, "x", 0);
                  }
                  writing.complete(written);
                });
        messages.forEachRemaining(received::add);
        over.set(true);
        assertThat(writing.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isPositive();
        assertCountdown(received);
        assertThat(received)
            .noneMatch(message -> message.getBlob().toString(ISO_8859_1).contains("beside/"));
      } finally {
        over.set(true);
        channel.shutdownNow();
      }
    }
  }

  private static void assertCountdown(List<SnapshotResponse> messages)
      throws IOException, NoSuchAlgorithmException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    SnapshotResponse last = messages.getLast();
    long size = messages.getFirst().getRemainingBytes() + messages.getFirst().getBlob().size();
    for (SnapshotResponse message : messages.subList(0, messages.size() - 1)) {
      assertThat(message.getBlob().size()).isBetween(1, BLOB_BYTES);
      message.getBlob().writeTo(file);
      assertThat(message.getRemainingBytes()).isEqualTo(size - file.size());
      assertThat(message.hasHeader()).isFalse();
    }
    assertThat(file.size()).isEqualTo((int) size);
    assertThat(last.getRemainingBytes()).isZero();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(file.toByteArray());
    assertThat(last.getBlob().toByteArray()).isEqualTo(digest);
    assertThat(messages).extracting(SnapshotResponse::getVersion).containsOnly("3.6.0");
  }

  /**
   * A reader that stops reading costs nothing but its view; writes and the end of the server go on.
   */
  @Test
  void abandonedReadersHoldNothingUp() throws Exception {
    Servers.assumeKeelson("a prompt stop under open snapshots");
    try (ServerProcess server = Servers.start()) {
      ManagedChannel channel = Servers.connect(server);
      try (Context.CancellableContext cancelled = Context.current().withCancellation()) {
        for (int i = 0; i < 8; i++) {
          puts(channel, "large/" + i, 1, 1 << 20);
        }
        for (int i = 0; i < 5; i++) {
          assertThat(cancelled.call(() -> snapshot(channel).next()).getBlob()).isNotEmpty();
          assertThat(snapshot(channel).next().getBlob()).isNotEmpty();
        }
        put(channel, "after", "1", 0);
        cancelled.cancel(null);
        put(channel, "after", "2", 0);
        assertThat(server.stop()).as("ends by itself").isTrue();
        assertThat(server.logText()).doesNotContain("still open");
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static Iterator<SnapshotResponse> snapshot(ManagedChannel channel) {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .snapshot(SnapshotRequest.getDefaultInstance());
  }

  private static RangeResponse everything(ManagedChannel channel) {
    return kv(channel).range(RangeRequest.newBuilder().setKey(ALL).setRangeEnd(ALL).build());
  }

  private static HashKVResponse hash(ManagedChannel channel, long revision) {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
  }

  /** The granted time of each lease and its keys. */
  private static List<String> leases(ManagedChannel channel) {
    LeaseGrpc.LeaseBlockingStub stub = LeaseGrpc.newBlockingStub(channel);
    return stub.leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList().stream()
        .map(
            lease ->
                stub.leaseTimeToLive(
                    LeaseTimeToLiveRequest.newBuilder().setID(lease.getID()).setKeys(true).build()))
        .map(each -> each.getID() + " " + each.getGrantedTTL() + " " + texts(each.getKeysList()))
        .sorted()
        .toList();
  }

  private static List<String> texts(List<ByteString> keys) {
    return keys.stream().map(ByteString::toStringUtf8).toList();
  }

  private static KVGrpc.KVBlockingStub kv(ManagedChannel channel) {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private static long grant(ManagedChannel channel, long seconds) {
    return LeaseGrpc.newBlockingStub(channel)
        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(seconds).build())
        .getID();
  }

  private static void put(ManagedChannel channel, String key, String value, long lease) {
    var written =
        kv(channel)
            .put(
                PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(key))
                    .setValue(ByteString.copyFromUtf8(value))
                    .setLease(lease)
                    .build());
    assertThat(written.getHeader().getRevision()).isPositive();
  }

  /** Writes keys of a prefix in one transaction. */
  private static void puts(ManagedChannel channel, String prefix, int count, int valueBytes) {
    Random random = new Random(prefix.length());
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = 0; i < count; i++) {
      byte[] value = new byte[valueBytes];
      random.nextBytes(value);
      txn.addSuccess(
          RequestOp.newBuilder()
              .setRequestPut(
                  PutRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8(prefix + i))
                      .setValue(ByteString.copyFrom(value))));
    }
    assertThat(kv(channel).txn(txn.build()).getSucceeded()).isTrue();
  }

  private static long delete(ManagedChannel channel, String key) {
    return delete(channel, ByteString.copyFromUtf8(key), ByteString.EMPTY);
  }

  /** Returns the revision of the deletion. */
  private static long delete(ManagedChannel channel, ByteString key, ByteString end) {
    return kv(channel)
        .deleteRange(DeleteRangeRequest.newBuilder().setKey(key).setRangeEnd(end).build())
        .getHeader()
        .getRevision();
  }

  private static void compact(ManagedChannel channel, long revision) {
    var done = kv(channel).compact(CompactionRequest.newBuilder().setRevision(revision).build());
    assertThat(done.getHeader().getRevision()).isGreaterThanOrEqualTo(revision);
  }

  private static String run(Path program, String... words) throws InterruptedException {
    List<String> all = new ArrayList<>(List.of(program.toString()));
    all.addAll(List.of(words));
    try (Command command = Command.start(all, Map.of("ETCDCTL_API", "3"))) {
      return command.end(0);
    }
  }
}
