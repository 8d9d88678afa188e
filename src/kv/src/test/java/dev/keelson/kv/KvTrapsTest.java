package dev.keelson.kv;

import static dev.keelson.kv.Requests.OPEN;
import static dev.keelson.kv.Requests.bytes;
import static dev.keelson.kv.Requests.compact;
import static dev.keelson.kv.Requests.delete;
import static dev.keelson.kv.Requests.entry;
import static dev.keelson.kv.Requests.everything;
import static dev.keelson.kv.Requests.grant;
import static dev.keelson.kv.Requests.put;
import static dev.keelson.kv.Requests.range;
import static dev.keelson.kv.Requests.revoke;
import static dev.keelson.kv.Requests.text;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.CompactedException;
import dev.keelson.kv.mvcc.Event;
import dev.keelson.kv.mvcc.EventLog;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.kv.txn.OpResult.DeleteResult;
import dev.keelson.kv.txn.OpResult.PutResult;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Range, Put, DeleteRange and Compact where re-implementations of etcd usually go wrong. */
class KvTrapsTest {
  private static final long LEASE = 7;

  private final Machine machine = new Machine();

  @AfterEach
  void close() {
    machine.close();
  }

  private KvError rangeError(long revision) {
    try {
      machine.range(everything().setRevision(revision));
    } catch (KvException e) {
      return e.error();
    }
    throw new AssertionError("revision " + revision + " could be read");
  }

  @Test
  void anEmptyStoreHasRevisionOneAndTheFirstPutMakesTwo() {
    assertThat(machine.revision()).isEqualTo(1);
    assertThat(machine.put("a", "1").revision()).isEqualTo(2);
    assertThat(machine.row("a"))
        .isEqualTo(
            KeyValue.newBuilder()
                .setKey(bytes("a"))
                .setValue(bytes("1"))
                .setCreateRevision(2)
                .setModRevision(2)
                .setVersion(1)
                .build());
  }

  @Test
  void countIgnoresLimitAndFiltersAndMoreTellsOfTheLimitAlone() throws KvException {
    for (String key : List.of("a", "b", "c", "d")) {
      machine.put(key, "v");
    }
    RangeResult limited = machine.range(everything().setLimit(3));
    assertThat(limited.count()).isEqualTo(4);
    assertThat(limited.more()).isTrue();
    RangeResult filtered = machine.range(everything().setMinModRevision(4));
    assertThat(filtered.rows().size()).isEqualTo(2);
    assertThat(filtered.count()).isEqualTo(4);
    assertThat(filtered.more()).isFalse();
    RangeResult both = machine.range(everything().setMinModRevision(4).setLimit(2));
    assertThat(both.more()).isFalse();
    RangeResult exact = machine.range(everything().setLimit(4));
    assertThat(exact.more()).isFalse();
    RangeResult counted = machine.range(everything().setCountOnly(true).setLimit(1));
    assertThat(counted.count()).isEqualTo(4);
    assertThat(counted.more()).isFalse();
    assertThat(counted.rows().size()).isZero();
  }

  @Test
  void filtersAreInclusive() {
    for (String key : List.of("a", "b", "c")) {
      machine.put(key, "v");
    }
    machine.put("a", "again");
    assertThat(machine.keys(everything().setMinModRevision(3).setMaxModRevision(4)))
        .containsExactly("b", "c");
    assertThat(machine.keys(everything().setMaxCreateRevision(3))).containsExactly("a", "b");
    assertThat(machine.keys(everything().setMinCreateRevision(3))).containsExactly("b", "c");
  }

  @Test
  void theHeaderOfAReadInThePastHasTheNewestRevision() throws KvException {
    machine.put("a", "1");
    machine.put("a", "2");
    RangeResult past = machine.range(range("a").setRevision(2));
    assertThat(past.revision()).isEqualTo(3);
    assertThat(Machine.rows(past.rows()).getFirst().getValue()).isEqualTo(bytes("1"));
  }

  @Test
  void aNegativeRevisionReadsTheNewest() {
    machine.put("a", "1");
    assertThat(machine.keys(range("a").setRevision(-3))).containsExactly("a");
  }

  @Test
  void keysOnlyLeavesOutTheValueAndNothingElse() {
    machine.succeed(grant(LEASE, 10));
    machine.put(put("a", "1").setLease(LEASE));
    KeyValue bare =
        KeyValue.newBuilder()
            .setKey(bytes("a"))
            .setCreateRevision(2)
            .setModRevision(2)
            .setVersion(1)
            .setLease(LEASE)
            .build();
    assertThat(machine.rows(range("a").setKeysOnly(true))).containsExactly(bare);
    assertThat(machine.rows(everything().setKeysOnly(true))).containsExactly(bare);
  }

  @Test
  void sortingWithoutAnOrderAscends() {
    machine.put("a", "3");
    machine.put("b", "1");
    machine.put("c", "2");
    assertThat(machine.keys(everything().setSortTarget(SortTarget.VALUE)))
        .containsExactly("b", "c", "a");
    assertThat(
            machine.keys(
                everything().setSortTarget(SortTarget.MOD).setSortOrder(SortOrder.DESCEND)))
        .containsExactly("c", "b", "a");
    assertThat(
            machine.keys(
                everything().setSortTarget(SortTarget.KEY).setSortOrder(SortOrder.DESCEND)))
        .containsExactly("c", "b", "a");
  }

  /** Observed on etcd 3.5.16: only limit + 1 rows are looked at before they are sorted. */
  @Test
  void withoutAnOrderTheLimitComesBeforeTheSorting() throws KvException {
    for (String key : List.of("k1", "k1", "k1", "k2", "k2", "k3", "k4")) {
      machine.put(key, "v");
    }
    var unordered = range("k", "l").setSortTarget(SortTarget.VERSION).setLimit(2);
    assertThat(machine.keys(unordered)).containsExactly("k3", "k2");
    assertThat(machine.range(unordered).more()).isTrue();
    assertThat(machine.range(unordered).count()).isEqualTo(4);
    assertThat(machine.keys(unordered.setSortOrder(SortOrder.ASCEND))).containsExactly("k3", "k4");
  }

  @Test
  void anEndBeforeTheStartIsAnEmptyRangeNotAnError() throws KvException {
    machine.put("b", "1");
    assertThat(machine.range(range("c", "a")).count()).isZero();
    assertThat(machine.range(range("c", "a").setCountOnly(true)).count()).isZero();
    assertThat(machine.range(range("b", "b")).count()).isZero();
    assertThat(machine.delete(delete("c", "a")).deleted()).isZero();
  }

  @Test
  void keysCompareAsUnsignedBytes() {
    for (byte each : new byte[] {(byte) 0xff, 0, 0x7f, (byte) 0x80}) {
      machine.succeed(entry(put("", "v").setKey(ByteString.copyFrom(new byte[] {each}))));
    }
    assertThat(machine.rows(everything()).stream().map(row -> row.getKey().byteAt(0)).toList())
        .containsExactly((byte) 0, (byte) 0x7f, (byte) 0x80, (byte) 0xff);
  }

  @Test
  void theCompactedRevisionItselfCanBeReadAndOlderOnesCannot() {
    machine.put("a", "1");
    machine.put("a", "2");
    machine.put("a", "3");
    machine.succeed(compact(3));
    for (int i = 0; i < 2; i++) {
      assertThat(machine.rows(range("a").setRevision(3)).getFirst().getValue())
          .isEqualTo(bytes("2"));
      assertThat(rangeError(2)).isEqualTo(KvError.COMPACTED);
      assertThat(rangeError(5)).isEqualTo(KvError.FUTURE_REVISION);
      machine.finishCompaction();
      machine.fail(compact(3));
    }
  }

  @Test
  void compactingAtTheCurrentRevisionIsLegalAndFurtherIsTheFuture() {
    machine.put("a", "1");
    assertThat(machine.fail(compact(3))).isEqualTo(KvError.FUTURE_REVISION);
    machine.succeed(compact(2));
    assertThat(machine.fail(compact(2))).isEqualTo(KvError.COMPACTED);
    assertThat(machine.fail(compact(1))).isEqualTo(KvError.COMPACTED);
    assertThat(machine.notices()).containsExactly("compacted 2");
  }

  @Test
  void compactingAtZeroIsAcceptedOnceAndNeverBelow() {
    machine.put("a", "1");
    assertThat(machine.fail(compact(-1))).isEqualTo(KvError.COMPACTED);
    machine.succeed(compact(0));
    assertThat(machine.fail(compact(0))).isEqualTo(KvError.COMPACTED);
    machine.finishCompaction();
    assertThat(machine.row("a")).isNotNull();
    machine.flush();
    machine.crash();
    assertThat(machine.state().store().compactRevision()).isZero();
  }

  @Test
  void theDeletionAtTheCompactedRevisionStaysUntilTheNextCompaction() throws CompactedException {
    machine.put("a", "1");
    machine.delete(delete("a"));
    machine.put("b", "1");
    machine.succeed(compact(3));
    machine.finishCompaction();
    machine.fail(compact(-1));
    EventLog log = machine.state().store().log();
    assertThat(log.read(3, 9, 999).stream().map(RevisionEvents::revision)).containsExactly(3L, 4L);
    Event deletion = log.read(3, 1, 999).getFirst().events().getFirst();
    assertThat(deletion.deletion()).isTrue();
    assertThat(log.keyValueAt(deletion.previous())).isNull();
    assertThatThrownBy(() -> log.read(2, 9, 999)).isInstanceOf(CompactedException.class);
    machine.succeed(compact(4));
    machine.finishCompaction();
    assertThat(machine.dump().keySet().stream().filter(row -> row.startsWith("events"))).hasSize(1);
  }

  @Test
  void compactionNeverRunsAheadOfTheBatchThatDecidesIt() {
    machine.put("a", "1");
    machine.applyOnly(entry(put("a", "2")));
    machine.applyOnly(compact(3));
    machine.finishCompaction();
    machine.backend().flush();
    machine.crash();
    // replayed up to the put, the old version must still be there
    assertThat(machine.rows(range("a").setRevision(2))).hasSize(1);
    machine.replay();
    machine.commit();
    machine.finishCompaction();
    assertThat(machine.dump().keySet().stream().filter(row -> row.startsWith("events"))).hasSize(1);
  }

  @Test
  void aReadIsNeverInfluencedByHowFarRemovalHasGot() {
    for (int i = 0; i < 20; i++) {
      machine.put("k" + i % 4, "v" + i);
    }
    machine.succeed(compact(18));
    List<KeyValue> before = machine.rows(everything().setRevision(18));
    while (!machine.state().store().compactor().idle()) {
      machine.state().store().compactor().step(1);
      machine.fail(compact(-1));
      assertThat(machine.rows(everything().setRevision(18))).isEqualTo(before);
    }
  }

  @Test
  void deletingNothingSucceedsWithoutARevision() {
    machine.put("a", "1");
    DeleteResult nothing = machine.delete(delete("b", OPEN).setPrevKv(true));
    assertThat(nothing)
        .extracting(DeleteResult::deleted, DeleteResult::revision)
        .containsExactly(0L, 2L);
    assertThat(machine.revision()).isEqualTo(2);
  }

  @Test
  void aRangeIsDeletedInOneRevisionWithSubRevisionsInKeyOrder() throws CompactedException {
    for (String key : List.of("c", "a", "b")) {
      machine.put(key, "old");
    }
    DeleteResult deleted = machine.delete(delete("a", OPEN).setPrevKv(true));
    assertThat(deleted.deleted()).isEqualTo(3);
    assertThat(deleted.revision()).isEqualTo(5);
    assertThat(Machine.rows(deleted.previous()).stream().map(row -> row.getKey().toStringUtf8()))
        .containsExactly("a", "b", "c");
    RevisionEvents events = machine.state().store().log().read(5, 9, 999).getFirst();
    assertThat(events.events().stream().map(event -> text(event.key())))
        .containsExactly("a", "b", "c");
    assertThat(events.events().stream().map(Event::sub)).containsExactly(0L, 1L, 2L);
  }

  @Test
  void aKeyPutAgainAfterItsDeletionStartsAtVersionOne() {
    machine.put("a", "1");
    machine.put("a", "2");
    machine.delete(delete("a"));
    machine.put("a", "3");
    KeyValue row = requireNonNull(machine.row("a"));
    assertThat(row.getVersion()).isEqualTo(1);
    assertThat(row.getCreateRevision()).isEqualTo(5);
  }

  @Test
  void puttingTheSameValueMakesARevision() {
    machine.put("a", "1");
    assertThat(machine.put("a", "1").revision()).isEqualTo(3);
    assertThat(requireNonNull(machine.row("a")).getVersion()).isEqualTo(2);
  }

  @Test
  void previousIsAnsweredOnlyIfAskedForAndThere() {
    assertThat(machine.put(put("a", "1").setPrevKv(true)).previous()).isNull();
    assertThat(machine.put("a", "2").previous()).isNull();
    PutResult third = machine.put(put("a", "3").setPrevKv(true));
    assertThat(Machine.decode(ByteString.copyFrom(requireNonNull(third.previous()))).getValue())
        .isEqualTo(bytes("2"));
  }

  @Test
  void keepingTheValueOrTheLeaseNeedsTheKey() {
    machine.succeed(grant(LEASE, 10));
    assertThat(machine.fail(entry(put("a", "").setIgnoreValue(true))))
        .isEqualTo(KvError.KEY_NOT_FOUND);
    assertThat(machine.fail(entry(put("a", "1").setIgnoreLease(true))))
        .isEqualTo(KvError.KEY_NOT_FOUND);
    assertThat(machine.revision()).isEqualTo(1);
    machine.put(put("a", "1").setLease(LEASE));
    machine.put(put("a", "2").setIgnoreLease(true));
    assertThat(requireNonNull(machine.row("a")).getLease()).isEqualTo(LEASE);
    machine.put(put("a", "").setIgnoreValue(true));
    assertThat(requireNonNull(machine.row("a")).getValue()).isEqualTo(bytes("2"));
    assertThat(requireNonNull(machine.row("a")).getLease()).isZero();
  }

  @Test
  void aDeadLeaseIsReportedBeforeAMissingKeyAndConsumesNoRevision() {
    assertThat(machine.fail(entry(put("a", "").setIgnoreValue(true).setLease(99))))
        .isEqualTo(KvError.LEASE_NOT_FOUND);
    assertThat(machine.fail(entry(put("a", "1").setLease(99)))).isEqualTo(KvError.LEASE_NOT_FOUND);
    assertThat(machine.revision()).isEqualTo(1);
  }

  @Test
  void whatChangesNoKeyMakesNoRevision() {
    machine.succeed(grant(LEASE, 10));
    machine.succeed(revoke(LEASE));
    machine.fail(revoke(LEASE));
    machine.succeed(entry(Requests.txn(Requests.op(range("a")))));
    assertThat(machine.revision()).isEqualTo(1);
  }
}
