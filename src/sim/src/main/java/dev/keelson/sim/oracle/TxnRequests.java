package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import java.util.stream.Stream;

/**
 * Random transactions: nested, comparing ranges, with holes, duplicates and too many operations.
 * Most of their parts are plain, for a transaction with one invalid part only tests its refusal.
 */
final class TxnRequests {
  private static final int MAX_DEPTH = 3;
  private static final int MAX_OPERATIONS = 128;
  private static final int UNKNOWN_ENUM = 9;
  private static final ByteString OPEN_END = ByteString.copyFrom(new byte[1]);

  private final Dice dice;
  private final KeyValueRequests keyValue;

  TxnRequests(Dice dice, KeyValueRequests keyValue) {
    this.dice = dice;
    this.keyValue = keyValue;
  }

  TxnRequest txn() {
    if (dice.chance(15)) {
      return crowded();
    }
    TxnRequest txn = txn(1);
    return deletesOpenEnd(txn) ? withoutKeeping(txn) : txn;
  }

  /** Whether a delete without an end, which the duplicate rule does not see, is somewhere in it. */
  private static boolean deletesOpenEnd(TxnRequest txn) {
    return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
        .anyMatch(
            operation ->
                operation.getRequestDeleteRange().getRangeEnd().equals(OPEN_END)
                    || deletesOpenEnd(operation.getRequestTxn()));
  }

  /**
   * etcd 3.5.16 panics when a put is to keep the value or lease of a key deleted just before it.
   */
  private static TxnRequest withoutKeeping(TxnRequest txn) {
    TxnRequest.Builder tame = txn.toBuilder();
    tame.getSuccessBuilderList().forEach(TxnRequests::dropKeeping);
    tame.getFailureBuilderList().forEach(TxnRequests::dropKeeping);
    return tame.build();
  }

  private static void dropKeeping(RequestOp.Builder operation) {
    if (operation.hasRequestPut()) {
      operation.getRequestPutBuilder().clearIgnoreValue().clearIgnoreLease();
    } else if (operation.hasRequestTxn()) {
      operation.setRequestTxn(withoutKeeping(operation.getRequestTxn()));
    }
  }

  private TxnRequest txn(int depth) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = dice.below(3); i > 0; i--) {
      txn.addCompare(compare());
    }
    boolean onlyReads = depth == 1 && dice.chance(150);
    for (int i = dice.below(4); i > 0; i--) {
      txn.addSuccess(operation(depth, onlyReads));
    }
    for (int i = dice.below(4); i > 0; i--) {
      txn.addFailure(operation(depth, onlyReads));
    }
    return txn.build();
  }

  /** About as many parts as are allowed, or one more. */
  private TxnRequest crowded() {
    int parts = MAX_OPERATIONS + dice.below(2);
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    int kind = dice.below(3);
    for (int i = 0; i < parts; i++) {
      RequestOp put =
          RequestOp.newBuilder()
              .setRequestPut(PutRequest.newBuilder().setKey(Dice.key("crowd/" + i)))
              .build();
      switch (kind) {
        case 0 -> txn.addCompare(Compare.newBuilder().setKey(Dice.key("crowd/" + i)));
        case 1 -> txn.addFailure(put);
        default -> txn.addSuccess(put);
      }
    }
    if (kind == 2 && dice.chance(500)) {
      return TxnRequest.newBuilder().addSuccess(RequestOp.newBuilder().setRequestTxn(txn)).build();
    }
    return txn.build();
  }

  private RequestOp operation(int depth, boolean onlyReads) {
    RequestOp.Builder operation = RequestOp.newBuilder();
    if (dice.chance(8)) {
      return operation.build();
    }
    int choice = onlyReads ? 0 : dice.below(100);
    if (choice < 30) {
      return operation.setRequestRange(range()).build();
    }
    if (choice < 70) {
      return operation.setRequestPut(put()).build();
    }
    if (choice < 85 || depth == MAX_DEPTH) {
      return operation.setRequestDeleteRange(deleteRange()).build();
    }
    return operation.setRequestTxn(txn(depth + 1)).build();
  }

  private RangeRequest range() {
    RangeRequest range = keyValue.range();
    if (range.getSortOrder() == RangeRequest.SortOrder.UNRECOGNIZED) {
      // One version refuses it, which would undo the writes beside it on one side only.
      range = range.toBuilder().clearSortOrder().build();
    }
    // Old revisions make the whole transaction fail, so they are rarer than in plain ranges.
    return dice.chance(800) ? range.toBuilder().clearRevision().build() : range;
  }

  private PutRequest put() {
    PutRequest put = keyValue.put();
    return dice.chance(700)
        ? put.toBuilder().clearLease().clearIgnoreValue().clearIgnoreLease().build()
        : put;
  }

  private DeleteRangeRequest deleteRange() {
    return keyValue.deleteRange();
  }

  private Compare compare() {
    ByteString key = dice.key();
    Compare.Builder compare =
        Compare.newBuilder()
            .setKey(key)
            .setResultValue(dice.below(4))
            .setTargetValue(dice.below(5));
    if (dice.chance(250)) {
      compare.setRangeEnd(dice.rangeEnd(key));
    }
    if (dice.chance(20)) {
      compare.setResultValue(UNKNOWN_ENUM);
    }
    if (dice.chance(20)) {
      compare.setTargetValue(UNKNOWN_ENUM);
    }
    int union = dice.chance(50) ? dice.below(6) : compare.getTargetValue();
    switch (union) {
      case 0 -> compare.setVersion(dice.below(4));
      case 1 -> compare.setCreateRevision(guess());
      case 2 -> compare.setModRevision(guess());
      case 3 -> compare.setValue(dice.value());
      case 4 -> compare.setLease(dice.below(4));
      default -> compare.clearTargetUnion();
    }
    return compare.build();
  }

  private long guess() {
    return dice.chance(300) ? 0 : Symbols.current(-dice.below(12));
  }
}
