package dev.keelson.kv.txn;

import static dev.keelson.kv.Requests.OPEN;
import static dev.keelson.kv.Requests.compare;
import static dev.keelson.kv.Requests.delete;
import static dev.keelson.kv.Requests.op;
import static dev.keelson.kv.Requests.put;
import static dev.keelson.kv.Requests.range;
import static dev.keelson.kv.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.etcdserverpb.Compare.CompareResult;
import dev.keelson.proto.etcdserverpb.Compare.CompareTarget;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is refused before it is proposed, and which error wins. */
class RequestChecksTest {
  private static final int MAX_OPS = 4;

  @FunctionalInterface
  private interface Check {
    void run() throws KvException;
  }

  private static @Nullable KvError error(Check check) {
    try {
      check.run();
      return null;
    } catch (KvException e) {
      return e.error();
    }
  }

  private static @Nullable KvError error(TxnRequest.Builder txn) {
    return error(() -> RequestChecks.txn(txn.build(), MAX_OPS));
  }

  @Test
  void rangesNeedAKeyThenAKnownOrder() {
    assertThat(error(() -> RequestChecks.range(range("").setSortOrderValue(9).build())))
        .isEqualTo(KvError.EMPTY_KEY);
    assertThat(error(() -> RequestChecks.range(range("a").setSortOrderValue(9).build())))
        .isEqualTo(KvError.INVALID_SORT_OPTION);
    assertThat(error(() -> RequestChecks.range(range("a").setSortTargetValue(9).build())))
        .isEqualTo(KvError.INVALID_SORT_OPTION);
    assertThat(error(() -> RequestChecks.range(range("a").build()))).isNull();
  }

  @Test
  void rangeStreamsNeitherSortNorFilter() {
    assertThat(
            error(
                () ->
                    RequestChecks.rangeStream(
                        range("a").setSortTarget(SortTarget.MOD).setMinModRevision(1).build())))
        .isEqualTo(KvError.RANGE_STREAM_SORT);
    assertThat(
            error(
                () ->
                    RequestChecks.rangeStream(range("a").setSortOrder(SortOrder.DESCEND).build())))
        .isEqualTo(KvError.RANGE_STREAM_SORT);
    assertThat(error(() -> RequestChecks.rangeStream(range("a").setMaxCreateRevision(1).build())))
        .isEqualTo(KvError.RANGE_STREAM_FILTER);
    assertThat(
            error(
                () -> RequestChecks.rangeStream(range("a").setSortOrder(SortOrder.ASCEND).build())))
        .isNull();
  }

  @Test
  void putsNeedAKeyThenNoValueThenNoLease() {
    var all = put("", "v").setIgnoreValue(true).setIgnoreLease(true).setLease(1);
    assertThat(error(() -> RequestChecks.put(all.build()))).isEqualTo(KvError.EMPTY_KEY);
    all.setKey(put("a", "").getKey());
    assertThat(error(() -> RequestChecks.put(all.build()))).isEqualTo(KvError.VALUE_PROVIDED);
    all.clearValue();
    assertThat(error(() -> RequestChecks.put(all.build()))).isEqualTo(KvError.LEASE_PROVIDED);
    all.clearLease();
    assertThat(error(() -> RequestChecks.put(all.build()))).isNull();
  }

  @Test
  void deletesNeedAKey() {
    assertThat(error(() -> RequestChecks.deleteRange(delete("", "b").build())))
        .isEqualTo(KvError.EMPTY_KEY);
  }

  @Test
  void theOperationLimitComesFirstAndShrinksWithNesting() {
    TxnRequest.Builder five = TxnRequest.newBuilder();
    for (int i = 0; i < 5; i++) {
      five.addFailure(op(range("")));
    }
    assertThat(error(five)).isEqualTo(KvError.TOO_MANY_OPS);
    TxnRequest.Builder three = txn(op(range("a")), op(range("a")), op(range("a")));
    assertThat(error(txn(op(three)))).isNull();
    assertThat(error(txn(op(three), op(range("a"))))).isEqualTo(KvError.TOO_MANY_OPS);
    assertThat(
            error(
                txn(op(three))
                    .addCompare(compare("a", CompareTarget.MOD, CompareResult.EQUAL))
                    .addCompare(compare("a", CompareTarget.MOD, CompareResult.EQUAL))))
        .isEqualTo(KvError.TOO_MANY_OPS);
    assertThat(error(txn(op(delete("a", OPEN))))).as("however many keys it hits").isNull();
  }

  @Test
  void everyOperationOfBothBranchesIsCheckedBeforeDuplicates() {
    TxnRequest.Builder duplicate = txn(op(put("a", "1")), op(put("a", "2")));
    assertThat(error(duplicate)).isEqualTo(KvError.DUPLICATE_KEY);
    assertThat(error(duplicate.addFailure(op(range("a").setSortOrderValue(9)))))
        .isEqualTo(KvError.INVALID_SORT_OPTION);
    assertThat(error(duplicate.addCompare(compare("", CompareTarget.MOD, CompareResult.EQUAL))))
        .isEqualTo(KvError.EMPTY_KEY);
    assertThat(error(txn(op(txn(op(put("", "v"))))))).isEqualTo(KvError.EMPTY_KEY);
  }

  @Test
  void anOperationWithoutARequestIsAKeyNotFound() {
    assertThat(error(txn(RequestOp.getDefaultInstance()))).isEqualTo(KvError.KEY_NOT_FOUND);
  }

  @Test
  void noKeyIsPutTwiceInABranch() {
    assertThat(error(txn().addFailure(op(put("a", "1"))).addFailure(op(put("a", "1")))))
        .isEqualTo(KvError.DUPLICATE_KEY);
    assertThat(error(txn(op(put("a", "1"))).addFailure(op(put("a", "1")))))
        .as("the branches exclude each other")
        .isNull();
  }

  @Test
  void noPutFallsIntoADelete() {
    assertThat(error(txn(op(put("b", "1")), op(delete("a", "c")))))
        .isEqualTo(KvError.DUPLICATE_KEY);
    assertThat(error(txn(op(delete("b")), op(put("b", "1"))))).isEqualTo(KvError.DUPLICATE_KEY);
    assertThat(error(txn(op(put("c", "1")), op(delete("a", "c"))))).as("the end is out").isNull();
    assertThat(error(txn(op(delete("a", "c")), op(delete("b", "d")), op(range("b")))))
        .as("deletes overlap freely")
        .isNull();
  }

  @Test
  void anOpenEndedDeleteIsNotSeen() {
    assertThat(error(txn(op(put("b", "1")), op(delete("a", OPEN))))).isNull();
    assertThat(error(txn(op(put("a", "1")), op(delete("a", OPEN))))).isNull();
  }

  @Test
  void nestedBranchesExcludeEachOtherButNotTheirSiblings() {
    TxnRequest.Builder both = txn(op(put("a", "1"))).addFailure(op(put("a", "2")));
    assertThat(error(txn(op(both)))).isNull();
    assertThat(error(txn(op(both), op(txn(op(put("a", "3"))))))).isEqualTo(KvError.DUPLICATE_KEY);
    assertThat(error(txn(op(both), op(put("a", "3"))))).isEqualTo(KvError.DUPLICATE_KEY);
    assertThat(error(txn(op(txn(op(txn(op(put("a", "1")))))), op(put("a", "3")))))
        .isEqualTo(KvError.DUPLICATE_KEY);
    assertThat(error(txn(op(delete("a")), op(txn().addFailure(op(put("a", "1")))))))
        .isEqualTo(KvError.DUPLICATE_KEY);
  }

  @Test
  void nestedDeletesConflictWithOuterAndWithLaterPutsOnly() {
    TxnRequest.Builder deleting = txn(op(delete("a")));
    assertThat(error(txn(op(put("a", "1")), op(deleting)))).isEqualTo(KvError.DUPLICATE_KEY);
    TxnRequest.Builder putting = txn(op(put("a", "1")));
    assertThat(error(txn(op(deleting), op(putting)))).isEqualTo(KvError.DUPLICATE_KEY);
    assertThat(error(txn(op(putting), op(deleting)))).isNull();
    assertThat(error(txn(op(txn(op(put("a", "1"))).addFailure(op(delete("a"))))))).isNull();
  }

  @Test
  void onlyPlainRangesMakeATransactionReadOnly() {
    TxnRequest.Builder reads = txn(op(range("a")));
    assertThat(RequestChecks.readOnly(reads.build())).isTrue();
    assertThat(RequestChecks.readOnly(txn().build())).isTrue();
    assertThat(RequestChecks.readOnly(txn(op(reads)).build())).isFalse();
    assertThat(RequestChecks.readOnly(txn().addFailure(op(delete("a"))).build())).isFalse();
    assertThat(RequestChecks.serializable(txn().build())).isTrue();
    assertThat(RequestChecks.serializable(reads.build())).isFalse();
    assertThat(
            RequestChecks.serializable(
                txn(op(range("a").setSerializable(true))).addFailure(op(range("a"))).build()))
        .isFalse();
  }

  @Test
  void theDearerBranchIsCharged() {
    assertThat(RequestChecks.cost(put("abc", "de").build())).isEqualTo(261);
    assertThat(
            RequestChecks.cost(
                txn(op(put("a", "")), op(delete("b")))
                    .addFailure(op(put("a", "")))
                    .addFailure(op(put("b", "")))
                    .build()))
        .isEqualTo(514);
    assertThat(RequestChecks.cost(txn(op(txn(op(put("a", ""))))).build()))
        .as("etcd does not look into nested transactions")
        .isZero();
    assertThat(RequestChecks.cost(txn(op(delete("a")), op(range("b"))).build())).isZero();
  }
}
