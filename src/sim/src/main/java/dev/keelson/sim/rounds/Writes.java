package dev.keelson.sim.rounds;

import dev.keelson.proto.etcdserverpb.DeleteRangeResponse;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.ResponseOp;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import dev.keelson.sim.check.Operation;
import java.util.List;

/**
 * What is counted of a history.
 *
 * @param acknowledged writes that were acknowledged
 * @param unknown requests whose outcome nobody knows
 * @param longestGapMillis between two acknowledgements, or before the first
 */
record Writes(int acknowledged, int unknown, long longestGapMillis) {
  /**
   * Counts.
   *
   * @param begin when the load began
   */
  static Writes of(List<Operation> operations, long begin) {
    List<Long> times =
        operations.stream().filter(Writes::wrote).map(Operation::returned).sorted().toList();
    long last = begin;
    long gap = 0;
    for (long time : times) {
      gap = Math.max(gap, time - last);
      last = time;
    }
    int unknown =
        Math.toIntExact(
            operations.stream().filter(each -> each.response() == null && !each.refused()).count());
    return new Writes(times.size(), unknown, gap / 1_000_000);
  }

  private static boolean wrote(Operation operation) {
    return switch (operation.response()) {
      case PutResponse _ -> true;
      case DeleteRangeResponse delete -> delete.getDeleted() > 0;
      case TxnResponse txn -> txn.getResponsesList().stream().anyMatch(ResponseOp::hasResponsePut);
      case null, default -> false;
    };
  }
}
