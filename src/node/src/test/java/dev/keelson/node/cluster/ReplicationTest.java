package dev.keelson.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReplicationTest {
  @TempDir Path folder;

  private static KVGrpc.KVBlockingStub kv(TestCluster cluster, int member) {
    return KVGrpc.newBlockingStub(cluster.channel(member)).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static PutRequest put(String key, String value) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8(key))
        .setValue(ByteString.copyFromUtf8(value))
        .build();
  }

  private static String get(TestCluster cluster, int member, String key) {
    RangeResponse response =
        kv(cluster, member)
            .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build());
    return response.getKvsCount() == 0 ? "" : response.getKvs(0).getValue().toStringUtf8();
  }

  @Test
  void aWriteThroughAnyMemberIsReadThroughAnyOther() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      for (int writer = 1; writer <= 3; writer++) {
        var _ = kv(cluster, writer).put(put("written by", "member " + writer));
        for (int reader = 1; reader <= 3; reader++) {
          assertThat(get(cluster, reader, "written by")).isEqualTo("member " + writer);
        }
      }
      assertThat(cluster.failures()).isEmpty();
    }
  }

  @Test
  void aMemberThatWasAwayCatchesUpFromTheLog() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      int away = cluster.follower();
      cluster.stop(away);
      int writer = cluster.leader();
      for (int i = 0; i < 100; i++) {
        var _ = kv(cluster, writer).put(put("key", "value " + i));
      }
      cluster.start(away);
      assertThat(get(cluster, away, "key")).isEqualTo("value 99");
      assertThat(cluster.failures()).isEmpty();
    }
  }

  @Test
  void whenTheLeaderGoesTheOthersGoOn() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      int first = cluster.leader();
      var _ = kv(cluster, first).put(put("key", "before"));
      cluster.network.cut(TestCluster.url(first));
      int other = first % 3 + 1;
      TestCluster.await(
          () ->
              cluster.member(other).standing().hasLeader()
                  && cluster.member(other).standing().leader() != cluster.member(first).memberId());
      var _ = kv(cluster, other).put(put("key", "after"));
      cluster.network.mend(TestCluster.url(first));
      TestCluster.await(() -> !cluster.member(first).standing().isLeader());
      TestCluster.await(() -> cluster.member(first).standing().hasLeader());
      assertThat(get(cluster, first, "key")).isEqualTo("after");
      assertThat(cluster.failures()).isEmpty();
    }
  }
}
