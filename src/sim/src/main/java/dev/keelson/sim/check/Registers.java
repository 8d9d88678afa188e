package dev.keelson.sim.check;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a black box would see of one key out of a history: times and values, no revisions.
 *
 * <p>A write of unknown outcome would be a burden on the search, since it may be placed anywhere
 * after it was sent. What became of it is known in the end, because every value is written once: it
 * was seen, and then the write was done by the time it was seen, or it never was. etcd's tests do
 * the same ({@code tests/robustness/validate/patch_history.go}).
 */
public final class Registers {
  private final ByteString key;
  private final Map<ByteString, Long> firstSeen;
  private final List<RegisterOperation> operations = new ArrayList<>();

  private Registers(ByteString key, Map<ByteString, Long> firstSeen) {
    this.key = key;
    this.firstSeen = firstSeen;
  }

  /**
   * The operations on a key: puts, deletions, linearizable reads, and transactions that compare its
   * value, or its absence by version 0, and put.
   *
   * @param firstSeen when each value that was ever committed was first seen
   */
  public static List<RegisterOperation> of(
      ByteString key, List<Operation> history, Map<ByteString, Long> firstSeen) {
    Registers registers = new Registers(key, firstSeen);
    history.stream().filter(each -> !each.refused()).forEach(registers::add);
    return registers.operations;
  }

  private void add(Operation operation) {
    switch (operation.request()) {
      case PutRequest put when put.getKey().equals(key) -> {
        long returned = returned(operation, put.getValue());
        if (returned != Operation.NEVER) {
          operations.add(write(operation, returned, put));
        }
      }
      case DeleteRangeRequest delete when delete.getKey().equals(key) ->
          operations.add(
              RegisterOperation.delete(
                  operation.invoked(),
                  operation.response() == null ? Operation.NEVER : operation.returned()));
      case RangeRequest range when range.getKey().equals(key) && !range.getSerializable() -> {
        if (operation.response() instanceof RangeResponse response) {
          operations.add(
              RegisterOperation.read(operation.invoked(), operation.returned(), valueIn(response)));
        }
      }
      case TxnRequest txn
          when txn.getCompareCount() == 1 && txn.getCompare(0).getKey().equals(key) ->
          swap(operation, txn);
      default -> {
        // of another key
      }
    }
  }

  private static RegisterOperation write(Operation operation, long returned, PutRequest put) {
    return RegisterOperation.write(operation.invoked(), returned, put.getValue().toStringUtf8());
  }

  /** By when a write was done; never if it was not. */
  private long returned(Operation operation, ByteString value) {
    if (operation.response() != null) {
      return operation.returned();
    }
    Long seen = firstSeen.get(value);
    return seen == null ? Operation.NEVER : seen;
  }

  private static @Nullable String valueIn(RangeResponse response) {
    return response.getKvsCount() == 0 ? null : response.getKvs(0).getValue().toStringUtf8();
  }

  private void swap(Operation operation, TxnRequest txn) {
    ByteString value = txn.getSuccess(0).getRequestPut().getValue();
    Compare compare = txn.getCompare(0);
    String expected =
        compare.getTarget() == Compare.CompareTarget.VERSION
            ? null
            : compare.getValue().toStringUtf8();
    long returned = returned(operation, value);
    if (returned != Operation.NEVER) {
      boolean swapped =
          !(operation.response() instanceof TxnResponse response) || response.getSucceeded();
      operations.add(
          RegisterOperation.swap(
              operation.invoked(), returned, expected, value.toStringUtf8(), swapped));
    }
  }
}
