package dev.keelson.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.kv.member.MemberJson;
import dev.keelson.kv.mvcc.View;
import dev.keelson.proto.authpb.UserAddOptions;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.membershippb.ClusterVersionSetRequest;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state machine whose backend's contents are replaced by those of another. */
class ReloadTest {
  @TempDir private Path temporary;

  private static InternalRaftRequest put(String key, String value, long lease) {
    return InternalRaftRequest.newBuilder()
        .setPut(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .setLease(lease))
        .build();
  }

  private static InternalRaftRequest user(String name) {
    return InternalRaftRequest.newBuilder()
        .setAuthUserAdd(
            AuthUserAddRequest.newBuilder()
                .setName(name)
                .setOptions(UserAddOptions.newBuilder().setNoPassword(true)))
        .build();
  }

  private static InternalRaftRequest lease(long id) {
    return InternalRaftRequest.newBuilder()
        .setLeaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(60))
        .build();
  }

  private static void addMember(Machine machine, long id) {
    byte[] record = MemberJson.encode(Member.newBuilder().setID(id).build());
    var outcome =
        machine
            .state()
            .changeMember(
                machine.state().appliedIndex() + 1,
                1,
                new ConfChange.V1(0, ConfChange.Type.ADD_VOTER, id, record));
    assertThat(outcome.failure()).isNull();
    machine.commit();
  }

  @Test
  void everythingIsThatOfTheOther() throws IOException {
    try (Machine ahead = new Machine();
        Machine behind = new Machine()) {
      for (int i = 0; i < 100; i++) {
        ahead.succeed(put("key" + i % 30, "value" + i, 0));
      }
      ahead.succeed(lease(7));
      ahead.succeed(put("leased", "x", 7));
      ahead.succeed(
          InternalRaftRequest.newBuilder()
              .setCompaction(CompactionRequest.newBuilder().setRevision(40))
              .build());
      ahead.succeed(
          InternalRaftRequest.newBuilder()
              .setAlarm(
                  AlarmRequest.newBuilder()
                      .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                      .setMemberID(3)
                      .setAlarm(AlarmType.NOSPACE))
              .build());
      ahead.succeed(
          InternalRaftRequest.newBuilder()
              .setClusterVersionSet(ClusterVersionSetRequest.newBuilder().setVer("3.6.0"))
              .build());
      ahead.succeed(user("u"));
      addMember(ahead, 11);
      behind.succeed(user("gone"));
      behind.succeed(lease(8));
      behind.succeed(put("key1", "stale", 8));
      addMember(behind, 12);

      Path checkpoint = temporary.resolve("checkpoint");
      ahead.backend().checkpoint(checkpoint);
      SnapshotMetadata position = ahead.backend().inspect(checkpoint, StateMachine::position);
      assertThat(position.index()).isEqualTo(ahead.state().appliedIndex());
      assertThat(position.confState()).isEqualTo(ConfState.ofVoters(11L));

      try (View old = behind.state().store().views().acquire()) {
        behind.backend().replaceContents(checkpoint);
        behind.state().reload();
        assertThat(old.revision()).isEqualTo(2);
      }
      StateMachine state = behind.state();
      assertThat(state.appliedIndex()).isEqualTo(position.index());
      assertThat(state.store().revision()).isEqualTo(ahead.state().store().revision());
      assertThat(state.store().compactRevision()).isEqualTo(40);
      assertThat(state.leases().exists(7)).isTrue();
      assertThat(state.leases().exists(8)).isFalse();
      assertThat(state.alarms().raised(AlarmType.NOSPACE)).isTrue();
      assertThat(state.members().clusterVersion()).isEqualTo("3.6.0");
      assertThat(state.members().configuration()).isEqualTo(ConfState.ofVoters(11L));
      assertThat(state.auth().user("u")).isNotNull();
      assertThat(state.auth().user("gone")).isNull();
      assertThat(state.auth().revision()).isEqualTo(2);
      assertThat(behind.notices())
          .as("tokens of which it is not known whether they were revoked are none")
          .containsExactly("granted 8", "no tokens");

      // and both go on alike
      for (Machine each : List.of(ahead, behind)) {
        StateMachine machine = each.state();
        Applied outcome =
            machine.apply(
                machine.appliedIndex() + 1,
                1,
                InternalRaftRequest.newBuilder()
                    .setAlarm(
                        AlarmRequest.newBuilder()
                            .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                            .setMemberID(3)
                            .setAlarm(AlarmType.NOSPACE))
                    .build());
        assertThat(outcome.failure()).isNull();
        machine.apply(machine.appliedIndex() + 1, 1, put("key1", "same", 7));
        machine.commit();
        while (!machine.store().compactor().idle()) {
          machine.store().compactor().step(10);
        }
      }
      Path one = temporary.resolve("one");
      Path two = temporary.resolve("two");
      ahead.backend().checkpoint(one);
      behind.backend().checkpoint(two);
      assertThat(two.resolve("ROWS")).hasSameBinaryContentAs(one.resolve("ROWS"));
    }
  }

  @Test
  void notInTheMiddleOfABatch() throws IOException {
    try (Machine machine = new Machine()) {
      Path checkpoint = temporary.resolve("checkpoint");
      machine.backend().checkpoint(checkpoint);
      machine.applyOnly(put("a", "b", 0));
      machine.backend().replaceContents(checkpoint);
      assertThatThrownBy(machine.state()::reload).isInstanceOf(IllegalStateException.class);
    }
  }
}
