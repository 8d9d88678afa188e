package dev.keelson.kv;

import static dev.keelson.kv.Requests.alarm;
import static dev.keelson.kv.Requests.compact;
import static dev.keelson.kv.Requests.delete;
import static dev.keelson.kv.Requests.entry;
import static dev.keelson.kv.Requests.everything;
import static dev.keelson.kv.Requests.grant;
import static dev.keelson.kv.Requests.op;
import static dev.keelson.kv.Requests.put;
import static dev.keelson.kv.Requests.range;
import static dev.keelson.kv.Requests.revoke;
import static dev.keelson.kv.Requests.text;
import static dev.keelson.kv.Requests.txn;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leases, alarms and determinism where re-implementations of etcd usually go wrong. */
class LeaseAndAlarmTrapsTest {
  private final Machine machine = new Machine();

  @AfterEach
  void close() {
    machine.close();
  }

  private List<String> attached(long lease) {
    return Leases.attachedKeys(machine.backend(), lease).stream().map(Requests::text).toList();
  }

  @Test
  void aPutWithoutLeaseDetachesAndOneWithAnotherLeaseMoves() {
    machine.succeed(grant(1, 10));
    machine.succeed(grant(2, 10));
    machine.put(put("a", "v").setLease(1));
    machine.put(put("b", "v").setLease(1));
    assertThat(attached(1)).containsExactly("a", "b");
    machine.put(put("a", "v").setLease(2));
    machine.put("b", "v");
    assertThat(attached(1)).isEmpty();
    assertThat(attached(2)).containsExactly("a");
    machine.delete(delete("a"));
    assertThat(attached(2)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, -1, Long.MIN_VALUE, Long.MAX_VALUE})
  void aRevokeDeletesItsKeysSortedInOneRevisionAndNoOthers(long lease) throws Exception {
    machine.succeed(grant(lease, 10));
    machine.put(put("c", "v").setLease(lease));
    machine.put(put("a", "v").setLease(lease));
    machine.put(put("b", "v").setLease(lease));
    machine.put("b", "overwritten by another without lease");
    machine.succeed(revoke(lease));
    assertThat(machine.keys(everything())).containsExactly("b");
    assertThat(machine.revision()).isEqualTo(6);
    RevisionEvents events = machine.state().store().log().read(6, 9, 999).getFirst();
    assertThat(events.events().stream().map(event -> text(event.key()) + event.sub()))
        .containsExactly("a0", "c1");
    assertThat(machine.notices()).containsExactly("granted " + lease, "revoked " + lease);
  }

  @Test
  void aRevokeInTheSameBatchSeesTheKeysPutBeforeIt() {
    machine.applyOnly(grant(1, 10));
    machine.applyOnly(entry(put("a", "v").setLease(1)));
    machine.applyOnly(revoke(1));
    machine.commit();
    assertThat(machine.keys(everything())).isEmpty();
    assertThat(machine.revision()).isEqualTo(3);
  }

  @Test
  void anUnknownLeaseCannotBeRevokedAndAnExistingOneNotGranted() {
    assertThat(machine.fail(revoke(1))).isEqualTo(KvError.LEASE_NOT_FOUND);
    machine.succeed(grant(1, 10));
    assertThat(machine.fail(grant(1, 10))).isEqualTo(KvError.LEASE_EXISTS);
    assertThat(machine.fail(grant(1, StateMachine.LEASE_TTL_MAX_SECONDS + 1)))
        .isEqualTo(KvError.LEASE_TTL_TOO_LARGE);
    machine.succeed(grant(2, StateMachine.LEASE_TTL_MAX_SECONDS));
  }

  @Test
  void leasesAndTheirKeysSurviveARestart() {
    machine.succeed(grant(5, 77));
    machine.put(put("a", "v").setLease(5));
    machine.flush();
    machine.crash();
    assertThat(machine.state().leases().find(5)).isEqualTo(new Leases.Granted(5, 77));
    assertThat(attached(5)).containsExactly("a");
  }

  @Test
  void withoutSpaceOnlyWhatStoresIsRefused() {
    machine.put("a", "1");
    machine.put("b", "1");
    machine.succeed(grant(1, 10));
    machine.succeed(alarm(AlarmAction.ACTIVATE, AlarmType.NOSPACE, 3));
    assertThat(machine.fail(entry(put("c", "1")))).isEqualTo(KvError.NO_SPACE);
    assertThat(machine.fail(grant(2, 10))).isEqualTo(KvError.NO_SPACE);
    assertThat(machine.fail(grant(1, StateMachine.LEASE_TTL_MAX_SECONDS + 1)))
        .isEqualTo(KvError.NO_SPACE);
    assertThat(machine.fail(entry(txn().addFailure(op(put("c", "1"))))))
        .as("a put in a branch that is not taken")
        .isEqualTo(KvError.NO_SPACE);
    machine.succeed(entry(delete("a")));
    machine.succeed(entry(txn(op(delete("b")), op(range("b")))));
    machine.succeed(compact(3));
    machine.succeed(revoke(1));
    machine.succeed(alarm(AlarmAction.DEACTIVATE, AlarmType.NOSPACE, 3));
    machine.put("c", "1");
  }

  @Test
  void aCorruptClusterRefusesEveryWriteBeforeAnyOtherReason() {
    machine.succeed(alarm(AlarmAction.ACTIVATE, AlarmType.NOSPACE, 3));
    machine.succeed(alarm(AlarmAction.ACTIVATE, AlarmType.CORRUPT, 3));
    for (InternalRaftRequest each :
        List.of(
            entry(put("a", "1")),
            entry(delete("a")),
            entry(txn(op(range("a")))),
            compact(99),
            grant(1, 10),
            revoke(1))) {
      assertThat(machine.fail(each)).isEqualTo(KvError.CORRUPT);
    }
    machine.succeed(alarm(AlarmAction.DEACTIVATE, AlarmType.CORRUPT, 3));
    assertThat(machine.fail(entry(put("a", "1")))).isEqualTo(KvError.NO_SPACE);
  }

  private static AlarmMember alarmOf(long member, AlarmType type) {
    return AlarmMember.newBuilder().setMemberID(member).setAlarm(type).build();
  }

  @Test
  void alarmsAreListedByTypeAndClearedExactly() {
    AlarmMember one = alarmOf(1, AlarmType.NOSPACE);
    AlarmMember two = alarmOf(2, AlarmType.NOSPACE);
    AlarmMember corrupt = alarmOf(2, AlarmType.CORRUPT);
    for (int i = 0; i < 2; i++) {
      assertThat(machine.succeed(alarm(AlarmAction.ACTIVATE, AlarmType.NOSPACE, 2)))
          .isEqualTo(List.of(two));
    }
    machine.succeed(alarm(AlarmAction.ACTIVATE, AlarmType.NOSPACE, 1));
    machine.succeed(alarm(AlarmAction.ACTIVATE, AlarmType.CORRUPT, 2));
    assertThat(machine.succeed(alarm(AlarmAction.GET, AlarmType.NONE, 9)))
        .isEqualTo(List.of(one, two, corrupt));
    assertThat(machine.succeed(alarm(AlarmAction.GET, AlarmType.CORRUPT, 0)))
        .isEqualTo(List.of(corrupt));
    assertThat(machine.succeed(alarm(AlarmAction.DEACTIVATE, AlarmType.NOSPACE, 9)))
        .isEqualTo(List.of());
    assertThat(machine.succeed(alarm(AlarmAction.DEACTIVATE, AlarmType.NOSPACE, 1)))
        .isEqualTo(List.of(one));
    assertThat(machine.succeed(alarm(AlarmAction.ACTIVATE, AlarmType.NONE, 1)))
        .isEqualTo(List.of());
    machine.flush();
    machine.crash();
    assertThat(machine.state().alarms().active()).containsExactly(two, corrupt);
  }

  /** etcd 3.5.16 dies of this request. */
  @Test
  void anUnknownAlarmTypeIsIgnored() {
    for (AlarmAction action :
        List.of(AlarmAction.ACTIVATE, AlarmAction.GET, AlarmAction.DEACTIVATE)) {
      InternalRaftRequest unknown =
          InternalRaftRequest.newBuilder()
              .setAlarm(AlarmRequest.newBuilder().setAction(action).setAlarmValue(7))
              .build();
      assertThat(machine.succeed(unknown)).isEqualTo(List.of());
    }
    assertThat(machine.state().alarms().active()).isEmpty();
  }

  @Test
  void outcomesDoNotDependOnLocalProgress() {
    try (Machine other = new Machine()) {
      List<InternalRaftRequest> log =
          List.of(
              entry(put("a", "1")),
              entry(put("a", "2")),
              compact(3),
              entry(txn(op(range("a").setRevision(2)))),
              entry(txn(op(range("a").setRevision(3)), op(put("a", "3")))));
      for (InternalRaftRequest each : log) {
        Applied early = machine.apply(each);
        machine.finishCompaction();
        Applied late = other.applyOnly(each);
        assertThat(early.failure() == null).isEqualTo(late.failure() == null);
      }
      other.commit();
      assertThat(other.dump()).isNotEqualTo(machine.dump());
      other.finishCompaction();
      assertThat(other.dump()).isEqualTo(machine.dump());
    }
  }

  @Test
  void anEntryIsNeverAppliedTwice() {
    machine.put("a", "1");
    assertThat(requireNonNull(machine.row("a")).getVersion()).isEqualTo(1);
    assertThatThrownBy(() -> machine.state().skip(1, 1)).isInstanceOf(IllegalStateException.class);
  }
}
