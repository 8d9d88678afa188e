package dev.keelson.kv.mvcc;

import static dev.keelson.kv.Requests.OPEN;
import static dev.keelson.kv.Requests.alarm;
import static dev.keelson.kv.Requests.compact;
import static dev.keelson.kv.Requests.delete;
import static dev.keelson.kv.Requests.grant;
import static dev.keelson.kv.Requests.op;
import static dev.keelson.kv.Requests.put;
import static dev.keelson.kv.Requests.revoke;
import static dev.keelson.kv.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.kv.Machine;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.StoreHash.HashKv;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The numbers were answered by etcd 3.5.16 ({@code etcdctl endpoint hashkv}) after the same
 * operations, with its memory of earlier compaction hashes emptied by a restart.
 */
class StoreHashTest {
  private static final long LEASE = 777;

  private final Machine machine = new Machine();

  /** When the removal of compacted rows runs; the hash must not show it. */
  enum Removal {
    AT_ONCE,
    HALFWAY,
    NOT_YET
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private void twelveRevisions() {
    machine.put("a", "1");
    machine.put("b", "2");
    machine.put("a", "3");
    machine.delete(delete("b"));
    machine.put("c", "4");
    machine.succeed(grant(LEASE, 1000));
    machine.put(put("l1", "v").setLease(LEASE));
    machine.put(put("l2", "v").setLease(LEASE));
    machine.succeed(revoke(LEASE));
    machine.put("b", "again");
    machine.txn(txn(op(put("x", "1")), op(put("y", "2"))));
    machine.delete(delete("a"));
  }

  private void compactTo(long revision, Removal removal) {
    machine.succeed(compact(revision));
    switch (removal) {
      case AT_ONCE -> machine.finishCompaction();
      case HALFWAY -> machine.state().store().compactor().step(2);
      case NOT_YET -> {
        // the rows stay
      }
    }
    // a view shows the removal from the next commit on
    machine.succeed(alarm(AlarmAction.GET, AlarmType.NONE, 0));
  }

  private HashKv hashKv(long revision) throws KvException {
    try (View view = machine.state().store().views().acquire()) {
      return StoreHash.hashKv(view, revision);
    }
  }

  @Test
  void withoutCompaction() throws KvException {
    twelveRevisions();
    assertThat(hashKv(0)).isEqualTo(new HashKv((int) 1433211958L, -1, 12));
    assertThat(hashKv(12)).isEqualTo(hashKv(0));
    assertThat(hashKv(5)).isEqualTo(new HashKv((int) 1125682900L, -1, 5));
  }

  @Test
  void beforeTheFirstRevisionThereWasNothing() throws KvException {
    HashKv ofNothing = new HashKv((int) 1084519789L, -1, -4);
    assertThat(hashKv(-4)).isEqualTo(ofNothing);
    twelveRevisions();
    assertThat(hashKv(-4)).isEqualTo(ofNothing);
    compactTo(5, Removal.AT_ONCE);
    assertThat(hashKv(-4).hash()).isEqualTo(ofNothing.hash());
  }

  @ParameterizedTest
  @EnumSource(Removal.class)
  void afterCompactionAtADeletion(Removal removal) throws KvException {
    twelveRevisions();
    compactTo(5, removal);
    assertThat(hashKv(0)).isEqualTo(new HashKv((int) 776737587L, 5, 12));
    assertThat(hashKv(5)).isEqualTo(new HashKv((int) 3184071396L, 5, 5));
    assertThat(hashKv(10)).isEqualTo(new HashKv((int) 2234118174L, 5, 10));
  }

  @ParameterizedTest
  @EnumSource(Removal.class)
  void afterCompactionsToTheNewestRevision(Removal removal) throws KvException {
    twelveRevisions();
    compactTo(5, removal);
    compactTo(12, removal);
    assertThat(hashKv(0)).isEqualTo(new HashKv((int) 2736418557L, 12, 12));
    machine.delete(delete(OPEN, OPEN));
    assertThat(hashKv(0)).isEqualTo(new HashKv((int) 2403881113L, 12, 13));
    compactTo(13, removal);
    assertThat(hashKv(0)).isEqualTo(new HashKv((int) 1084519789L, 13, 13));
  }

  @Test
  void revisionsThatCannotBeReadAreRefused() {
    twelveRevisions();
    compactTo(5, Removal.AT_ONCE);
    assertThatThrownBy(() -> hashKv(4)).hasMessageContaining("has been compacted");
    assertThatThrownBy(() -> hashKv(13)).hasMessageContaining("is a future revision");
  }

  @Test
  void theHashOfEverythingIsTheSameForTheSameLogAndShowsEveryDifference() {
    try (Machine other = new Machine()) {
      machine.put("a", "1");
      other.put("a", "1");
      other.flush();
      assertThat(hash(machine)).isEqualTo(hash(other));
      other.succeed(grant(LEASE, 5));
      assertThat(hash(machine)).isNotEqualTo(hash(other));
    }
  }

  private static int hash(Machine machine) {
    try (View view = machine.state().store().views().acquire()) {
      return StoreHash.hash(view);
    }
  }
}
