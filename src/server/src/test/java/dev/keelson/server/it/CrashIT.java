package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.mvccpb.KeyValue;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Kills the server under load again and again. After each restart every acknowledged write is where
 * it was acknowledged; one without acknowledgement may be there or not.
 */
final class CrashIT {
  private static final int ROUNDS = Integer.getInteger("crash.rounds", 50);
  private static final long SEED = Long.getLong("crash.seed", 1);
  private static final int WRITERS = 4;
  private static final int KEYS_PER_WRITER = 20;
  private static final int MAX_LOAD_MILLIS = 400;
  private static final int ROUNDS_BETWEEN_FULL_CHECKS = 10;
  private static final ByteString ALL = ByteString.copyFrom(new byte[1]);

  /** Acknowledged writes by the revision that the server named. */
  private final ConcurrentSkipListMap<Long, Write> acknowledged = new ConcurrentSkipListMap<>();

  @Test
  void acknowledgedWritesSurviveKills() throws Exception {
    Random random = new Random(SEED);
    long highest = 0;
    try (ServerProcess server = Servers.start()) {
      for (int round = 1; round <= ROUNDS; round++) {
        writeUntilKilled(server, round, random.nextInt(20, MAX_LOAD_MILLIS));
        server.start();
        long revision = check(server, round, round % ROUNDS_BETWEEN_FULL_CHECKS == 0);
        assertThat(revision)
            .as("revision after round %d of seed %d", round, SEED)
            .isGreaterThanOrEqualTo(highest);
        highest = revision;
      }
      check(server, ROUNDS, true);
      System.out.println(
          "crash loop: " + ROUNDS + " kills, " + acknowledged.size() + " writes kept");
      assertThat(acknowledged.size()).as("writes under load").isGreaterThan(ROUNDS);
    }
  }

  private void writeUntilKilled(ServerProcess server, int round, int millis) throws Exception {
    ManagedChannel channel = Servers.connect(server);
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        String name = "w" + writer;
        running.add(writers.submit(() -> write(channel, name, round)));
      }
      TimeUnit.MILLISECONDS.sleep(millis);
      server.kill();
      for (Future<?> writer : running) {
        writer.get(30, TimeUnit.SECONDS);
      }
    } finally {
      channel.shutdownNow();
    }
  }

  /** Writes until the server is gone; the failed write has an unknown outcome. */
  private void write(ManagedChannel channel, String name, int round) {
    KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
    for (int n = 0; ; n++) {
      Write write = new Write(name + "/" + n % KEYS_PER_WRITER, name + "-" + round + "-" + n);
      try {
        long revision =
            kv.withDeadlineAfter(20, TimeUnit.SECONDS)
                .put(
                    PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(write.key()))
                        .setValue(ByteString.copyFromUtf8(write.value()))
                        .build())
                .getHeader()
                .getRevision();
        Write other = acknowledged.put(revision, write);
        assertThat(other).as("two writes acknowledged at revision %d", revision).isNull();
      } catch (StatusRuntimeException killed) {
        return;
      }
    }
  }

  /** Returns the server's revision. */
  private long check(ServerProcess server, int round, boolean everyRevision) {
    ManagedChannel channel = Servers.connect(server);
    try {
      KVGrpc.KVBlockingStub kv =
          KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
      var now = kv.range(RangeRequest.newBuilder().setKey(ALL).setRangeEnd(ALL).build());
      long revision = now.getHeader().getRevision();
      for (var entry : latestPerKey().entrySet()) {
        KeyValue found =
            now.getKvsList().stream()
                .filter(kv2 -> kv2.getKey().toStringUtf8().equals(entry.getKey()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(entry + " lost in round " + round));
        assertPresent(found, entry.getValue(), round);
      }
      if (everyRevision) {
        acknowledged.forEach((at, write) -> assertWrittenAt(kv, at, write, round));
      }
      return revision;
    } finally {
      channel.shutdownNow();
    }
  }

  private void assertPresent(KeyValue found, long revision, int round) {
    assertThat(found.getModRevision())
        .as("revision of %s in round %d", found.getKey().toStringUtf8(), round)
        .isGreaterThanOrEqualTo(revision);
    if (found.getModRevision() == revision) {
      assertThat(found.getValue().toStringUtf8())
          .isEqualTo(Objects.requireNonNull(acknowledged.get(revision)).value());
    }
  }

  private static void assertWrittenAt(
      KVGrpc.KVBlockingStub kv, long revision, Write write, int round) {
    var then =
        kv.range(
            RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(write.key()))
                .setRevision(revision)
                .build());
    assertThat(then.getKvsList()).as("%s at %d, round %d", write, revision, round).hasSize(1);
    assertThat(then.getKvs(0).getModRevision()).isEqualTo(revision);
    assertThat(then.getKvs(0).getValue().toStringUtf8()).isEqualTo(write.value());
  }

  private Map<String, Long> latestPerKey() {
    Map<String, Long> latest = new TreeMap<>();
    acknowledged.forEach((revision, write) -> latest.put(write.key(), revision));
    return latest;
  }

  private record Write(String key, String value) {}
}
