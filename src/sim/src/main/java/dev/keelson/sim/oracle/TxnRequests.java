package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;

/**
 * Random transactions: nested, comparing ranges, with holes, duplicates and too many operations.
 * Most of their parts are plain, for a transaction with one invalid part only tests its refusal.
 */
final class TxnRequests {
  private static final int MAX_DEPTH = 3;
  private static final int MAX_OPERATIONS = 128;
  private static final int UNKNOWN_ENUM = 9;

  private final Dice dice;
  private final KeyValueRequests keyValue;

  TxnRequests(Dice dice, KeyValueRequests keyValue) {
    this.dice = dice;
    this.keyValue = keyValue;
  }

  TxnRequest txn() {
    return dice.chance(15) ? crowded() : txn(1);
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
