package dev.keelson.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.node.MemberSettings;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member that was away for longer than the log reaches back. */
@Timeout(300)
class SnapshotCatchUpTest {
  private static final int WRITES = 400;

  @TempDir Path folder;

  /** Flushes often and keeps hardly any log. */
  private static MemberSettings shortLog(MemberSettings of) {
    return new MemberSettings(
        of.name(),
        of.dataDir(),
        of.walDir(),
        of.peerUrls(),
        of.clientUrls(),
        of.cluster(),
        of.heartbeatMillis(),
        of.electionMillis(),
        of.preVote(),
        of.requestBytesMax(),
        of.txnOpsMax(),
        of.quotaBytes(),
        5,
        of.compactionBatch(),
        of.compactionPauseMillis(),
        of.progressMillis(),
        of.fsync(),
        new MemberSettings.Memory(8 << 20, 64 << 10, 32 << 10, 32 << 10),
        of.auth(),
        of.upkeep());
  }

  private static KVGrpc.KVBlockingStub kv(TestCluster cluster, int member) {
    return KVGrpc.newBlockingStub(cluster.channel(member)).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static void write(TestCluster cluster, int member, String prefix) {
    ByteString value = ByteString.copyFrom(new byte[2000]);
    for (int i = 0; i < WRITES; i++) {
      var _ =
          kv(cluster, member)
              .put(
                  PutRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8(prefix + i))
                      .setValue(value)
                      .build());
    }
  }

  private static long count(TestCluster cluster, int member) {
    return kv(cluster, member)
        .range(
            RangeRequest.newBuilder()
                .setKey(ByteString.copyFrom(new byte[1]))
                .setRangeEnd(ByteString.copyFrom(new byte[1]))
                .setCountOnly(true)
                .build())
        .getCount();
  }

  @Test
  void itGetsASnapshotAndGoesOnAlsoAfterARestart() throws Exception {
    try (TestCluster cluster = new TestCluster(folder, 3).with(SnapshotCatchUpTest::shortLog)) {
      cluster.start(1, 2, 3);
      cluster.awaitReady();
      int away = cluster.follower();
      BlockingQueue<Event> events = watch(cluster, away, "x");
      cluster.network.cut(TestCluster.url(away));
      int writer = cluster.leader();
      write(cluster, writer, "x");
      cluster.network.mend(TestCluster.url(away));

      assertThat(count(cluster, away)).isEqualTo(WRITES);
      assertThat(cluster.network.snapshots()).isPositive();
      // a watch on the member that was overtaken misses nothing
      for (int i = 0; i < WRITES; i++) {
        Event event = events.poll(20, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        assertThat(event.getKv().getKey().toStringUtf8()).isEqualTo("x" + i);
      }
      write(cluster, writer, "y");
      assertThat(count(cluster, away)).isEqualTo(2 * WRITES);
      cluster.stop(away);
      cluster.start(away);
      cluster.awaitReady();
      assertThat(count(cluster, away)).isEqualTo(2 * WRITES);
      assertThat(cluster.failures()).isEmpty();
    }
  }

  private static BlockingQueue<Event> watch(TestCluster cluster, int member, String prefix)
      throws InterruptedException {
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    BlockingQueue<Boolean> created = new LinkedBlockingQueue<>();
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(cluster.channel(member))
            .watch(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WatchResponse response) {
                    if (response.getCreated()) {
                      created.add(true);
                    }
                    events.addAll(response.getEventsList());
                  }

                  @Override
                  public void onError(Throwable t) {}

                  @Override
                  public void onCompleted() {}
                });
    ByteString from = ByteString.copyFromUtf8(prefix);
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(from)
                    .setRangeEnd(ByteString.copyFromUtf8("y")))
            .build());
    assertThat(created.poll(20, TimeUnit.SECONDS)).isTrue();
    return events;
  }
}
