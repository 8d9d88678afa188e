package dev.keelson.kv.txn;

import static dev.keelson.kv.Requests.OPEN;
import static dev.keelson.kv.Requests.bytes;
import static dev.keelson.kv.Requests.compact;
import static dev.keelson.kv.Requests.compare;
import static dev.keelson.kv.Requests.delete;
import static dev.keelson.kv.Requests.entry;
import static dev.keelson.kv.Requests.everything;
import static dev.keelson.kv.Requests.grant;
import static dev.keelson.kv.Requests.op;
import static dev.keelson.kv.Requests.put;
import static dev.keelson.kv.Requests.range;
import static dev.keelson.kv.Requests.text;
import static dev.keelson.kv.Requests.txn;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.Machine;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.mvcc.Event;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.mvcc.ViewRows;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.kv.txn.OpResult.TxnResult;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.Compare.CompareResult;
import dev.keelson.proto.etcdserverpb.Compare.CompareTarget;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The execution of transactions where re-implementations of etcd usually go wrong. */
class TxnTrapsTest {
  private static final long DEAD_LEASE = 99;

  private final Machine machine = new Machine();

  @AfterEach
  void close() {
    machine.close();
  }

  private boolean holds(Compare.Builder... compares) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (Compare.Builder each : compares) {
      txn.addCompare(each);
    }
    return machine.txn(txn).succeeded();
  }

  private static List<KeyValue> rowsOf(OpResult result) {
    return Machine.rows(((RangeResult) result).rows());
  }

  @ParameterizedTest
  @EnumSource(value = CompareResult.class, names = "UNRECOGNIZED", mode = Mode.EXCLUDE)
  void aValueCompareOfAMissingKeyNeverHolds(CompareResult result) {
    assertThat(holds(compare("a", CompareTarget.VALUE, result).setValue(bytes("")))).isFalse();
    assertThat(holds(compare("a", CompareTarget.VALUE, result).setRangeEnd(bytes(OPEN)))).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = CompareTarget.class,
      names = {"VERSION", "CREATE", "MOD", "LEASE"})
  void otherComparesOfAMissingKeySeeZero(CompareTarget target) {
    assertThat(holds(compare("a", target, CompareResult.EQUAL))).isTrue();
    assertThat(holds(compare("a", target, CompareResult.EQUAL).setRangeEnd(bytes("b")))).isTrue();
    assertThat(holds(compare("a", target, CompareResult.NOT_EQUAL))).isFalse();
    assertThat(holds(compare("a", target, CompareResult.GREATER))).isFalse();
  }

  @Test
  void aRangeCompareMustHoldForEveryKey() {
    machine.put("a", "x");
    machine.put("b", "x");
    Compare.Builder values =
        compare("a", CompareTarget.VALUE, CompareResult.EQUAL)
            .setRangeEnd(bytes("c"))
            .setValue(bytes("x"));
    assertThat(holds(values)).isTrue();
    machine.put("b", "y");
    assertThat(holds(values)).isFalse();
  }

  @Test
  void aUnionOfAnotherTargetMeansZero() {
    machine.put("a", "x");
    assertThat(holds(compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setModRevision(1)))
        .isFalse();
    assertThat(holds(compare("a", CompareTarget.LEASE, CompareResult.EQUAL).setVersion(7)))
        .isTrue();
    assertThat(holds(compare("a", CompareTarget.VALUE, CompareResult.GREATER).setVersion(7)))
        .isTrue();
  }

  @Test
  void unknownTargetsCompareEqualAndUnknownResultsHold() {
    Compare.Builder target = Compare.newBuilder().setKey(bytes("a")).setTargetValue(9);
    assertThat(holds(target.setResult(CompareResult.EQUAL))).isTrue();
    assertThat(holds(target.setResult(CompareResult.NOT_EQUAL))).isFalse();
    assertThat(
            holds(
                Compare.newBuilder()
                    .setKey(bytes("a"))
                    .setTarget(CompareTarget.VERSION)
                    .setVersion(5)
                    .setResultValue(9)))
        .isTrue();
  }

  @Test
  void comparesAreAllAndedAndNoneMeansSuccess() {
    machine.put("a", "x");
    Compare.Builder exists =
        compare("a", CompareTarget.CREATE, CompareResult.GREATER).setCreateRevision(0);
    Compare.Builder missing =
        compare("b", CompareTarget.CREATE, CompareResult.GREATER).setCreateRevision(0);
    assertThat(holds(exists, missing)).isFalse();
    assertThat(holds(exists)).isTrue();
    assertThat(holds()).isTrue();
  }

  @Test
  void nestedComparesSeeTheStateBeforeTheWholeTransaction() {
    TxnRequest.Builder nested =
        txn(op(put("n", "then")))
            .addCompare(compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setVersion(1))
            .addFailure(op(put("n", "else")));
    TxnResult result = machine.txn(txn(op(put("a", "1")), op(nested)));
    assertThat(((TxnResult) result.responses().get(1)).succeeded()).isFalse();
    assertThat(requireNonNull(machine.row("n")).getValue()).isEqualTo(bytes("else"));
  }

  @Test
  void whatAPutNeedsMustBeThereBeforeTheTransaction() {
    assertThat(
            machine.fail(
                entry(txn(op(txn(op(put("a", "1")))), op(put("b", "").setIgnoreValue(true))))))
        .isEqualTo(KvError.KEY_NOT_FOUND);
    assertThat(machine.fail(entry(txn(op(put("b", "1")), op(put("a", "").setLease(DEAD_LEASE))))))
        .isEqualTo(KvError.LEASE_NOT_FOUND);
    assertThat(machine.fail(entry(txn(op(put("b", "1")), op(range("a").setRevision(2))))))
        .as("its own revision is still the future")
        .isEqualTo(KvError.FUTURE_REVISION);
    assertThat(machine.revision()).isEqualTo(1);
    assertThat(machine.keys(everything())).isEmpty();
  }

  @Test
  void withinATransactionAMissingKeyIsReportedBeforeADeadLease() {
    assertThat(machine.fail(entry(txn(op(put("a", "").setIgnoreValue(true).setLease(DEAD_LEASE))))))
        .isEqualTo(KvError.KEY_NOT_FOUND);
  }

  @Test
  void putsFailBeforeRangesAndTheOtherBranchIsNotLookedAt() {
    machine.put("a", "1");
    machine.put("a", "2");
    machine.succeed(compact(3));
    assertThat(
            machine.fail(
                entry(
                    txn(
                        op(range("a").setRevision(2)),
                        op(txn(op(put("a", "1").setLease(DEAD_LEASE)))),
                        op(put("b", "").setIgnoreValue(true))))))
        .isEqualTo(KvError.LEASE_NOT_FOUND);
    assertThat(
            machine.fail(
                entry(
                    txn(op(txn(op(range("a").setRevision(2)))), op(range("a").setRevision(100))))))
        .isEqualTo(KvError.COMPACTED);
    machine.succeed(
        entry(txn(op(put("a", "3"))).addFailure(op(put("a", "1").setLease(DEAD_LEASE)))));
  }

  @Test
  void rangesSeeEarlierOperationsOfTheSameTransaction() {
    machine.put("a", "old");
    machine.put("b", "old");
    TxnResult result =
        machine.txn(
            txn(
                op(range("a")),
                op(put("a", "new")),
                op(delete("b")),
                op(everything()),
                op(everything().setRevision(3)),
                op(everything().setRevision(2).setCountOnly(true)),
                op(
                    everything()
                        .setSortTarget(SortTarget.KEY)
                        .setSortOrder(SortOrder.DESCEND)
                        .setLimit(1))));
    List<OpResult> responses = result.responses();
    assertThat(responses.get(0).revision()).isEqualTo(3);
    assertThat(rowsOf(responses.get(3)))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.getValue()).isEqualTo(bytes("new"));
              assertThat(row.getModRevision()).isEqualTo(4);
            });
    assertThat(responses.get(3).revision()).isEqualTo(4);
    assertThat(rowsOf(responses.get(4)).stream().map(KeyValue::getValue))
        .containsExactly(bytes("old"), bytes("old"));
    assertThat(((RangeResult) responses.get(5)).count()).isEqualTo(1);
    assertThat(rowsOf(responses.get(6))).hasSize(1);
  }

  @Test
  void allWritesShareOneRevisionAndCountUpSubRevisionsInOrder() throws Exception {
    machine.put("d1", "v");
    machine.put("d2", "v");
    TxnResult result =
        machine.txn(
            txn(
                op(put("z", "1")),
                op(txn(op(put("y", "1")), op(delete("d", "e")))),
                op(delete("missing")),
                op(put("a", "1"))));
    assertThat(result.revision()).isEqualTo(4);
    assertThat(machine.revision()).isEqualTo(4);
    List<RevisionEvents> read = machine.state().store().log().read(4, 9, 999);
    List<Event> events = read.getFirst().events();
    assertThat(events.stream().map(event -> event.sub() + text(event.key())))
        .containsExactly("0z", "1y", "2d1", "3d2", "4a");
    assertThat(requireNonNull(machine.row("a")).getModRevision()).isEqualTo(4);
  }

  @Test
  void innerHeadersShowTheRevisionAtThatPoint() {
    machine.put("a", "1");
    TxnResult result =
        machine.txn(txn(op(delete("none")), op(range("a")), op(put("b", "1")), op(delete("none"))));
    assertThat(result.responses().stream().map(OpResult::revision)).containsExactly(2L, 2L, 3L, 3L);
    assertThat(result.revision()).isEqualTo(3);
  }

  @Test
  void aTransactionThatChangesNothingMakesNoRevision() {
    machine.put("a", "1");
    TxnResult result = machine.txn(txn(op(delete("none")), op(txn(op(range("a"))))));
    assertThat(result.revision()).isEqualTo(2);
    assertThat(machine.revision()).isEqualTo(2);
  }

  /** The open end hides the overlap from the duplicate check; the operations run in order. */
  @Test
  void aPutAfterAnOpenEndedDeleteOfTheSameKeyStartsAnew() throws Exception {
    machine.put("a", "1");
    TxnRequest.Builder request = txn(op(delete("a", OPEN)), op(put("a", "2")));
    RequestChecks.txn(request.build(), 128);
    machine.txn(request);
    KeyValue row = requireNonNull(machine.row("a"));
    assertThat(row.getVersion()).isEqualTo(1);
    assertThat(row.getCreateRevision()).isEqualTo(3);
    assertThat(machine.rows(range("a").setRevision(2)).getFirst().getValue()).isEqualTo(bytes("1"));
    machine.txn(txn(op(put("a", "3")), op(delete("a", OPEN))));
    assertThat(machine.row("a")).isNull();
    assertThat(machine.rows(range("a").setRevision(3)).getFirst().getValue()).isEqualTo(bytes("2"));
    machine.succeed(compact(4));
    machine.finishCompaction();
    assertThat(machine.keys(everything())).isEmpty();
  }

  @Test
  void aReadOnlyTransactionReadsAView() throws Exception {
    machine.succeed(grant(1, 10));
    machine.put(put("a", "1").setLease(1));
    machine.put("a", "2");
    TxnRequest request =
        txn(op(range("a")), op(range("a").setRevision(2)))
            .addCompare(compare("a", CompareTarget.VERSION, CompareResult.EQUAL).setVersion(2))
            .build();
    try (View view = machine.state().store().views().acquire()) {
      TxnResult result = machine.state().executor().readOnlyTxn(new ViewRows(view), request);
      assertThat(result.succeeded()).isTrue();
      assertThat(result.revision()).isEqualTo(3);
      assertThat(rowsOf(result.responses().get(0)).getFirst().getValue()).isEqualTo(bytes("2"));
      assertThat(rowsOf(result.responses().get(1)).getFirst().getLease()).isEqualTo(1);
    }
  }

  @Test
  void aNegativeRevisionInATransactionIsACompactedOne() {
    machine.put("a", "1");
    assertThat(machine.fail(entry(txn(op(put("a", "2")), op(range("a").setRevision(-2))))))
        .isEqualTo(KvError.COMPACTED);
    assertThat(machine.keys(range("a").setRevision(-2))).containsExactly("a");
    assertThat(machine.revision()).isEqualTo(2);
  }
}
