package dev.keelson.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DivergenceTest {
  private static final byte[] APPLIED = "consistent_index".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;

  /** As if one of the entries had had another effect there. */
  private void tamper(int member) {
    try (KvBackend backend =
        new SystemEnvironment()
            .backend(
                folder.resolve("member-" + member).resolve("state"), MemberSettings.Memory.DEFAULT)
            .join()) {
      byte[] applied = Objects.requireNonNull(backend.get(Families.META, APPLIED));
      assertThat(applied).as("digest before the time").hasSize(40);
      applied[31] ^= 1;
      try (WriteBatch batch = backend.batch()) {
        batch.put(Families.META, APPLIED, applied);
        backend.write(batch);
      }
      backend.flush();
    }
  }

  @Test
  void aMemberWhoseStateDiffersIsFoundAndStopsAnswering() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      var _ =
          KVGrpc.newBlockingStub(cluster.channel(cluster.leader()))
              .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
      int odd = cluster.follower();
      cluster.stop(odd);
      tamper(odd);
      cluster.start(odd);
      cluster.member(odd).ready().get(30, TimeUnit.SECONDS);
      long id = cluster.member(odd).memberId();
      TestCluster.await(
          () ->
              cluster.member(odd).services().alarms().stream()
                  .anyMatch(alarm -> alarm.getAlarm() == AlarmType.CORRUPT));
      assertThat(cluster.member(odd).services().alarms())
          .containsExactly(
              AlarmMember.newBuilder().setMemberID(id).setAlarm(AlarmType.CORRUPT).build());
      RangeRequest local =
          RangeRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8("k"))
              .setSerializable(true)
              .build();
      assertThatThrownBy(() -> KVGrpc.newBlockingStub(cluster.channel(odd)).range(local))
          .hasMessage("DATA_LOSS: etcdserver: corrupt cluster");
      assertThat(KVGrpc.newBlockingStub(cluster.channel(cluster.leader())).range(local).getCount())
          .isEqualTo(1);
    }
  }
}
