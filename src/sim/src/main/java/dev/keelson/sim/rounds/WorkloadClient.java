package dev.keelson.sim.rounds;

import com.google.protobuf.MessageLite;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.sim.client.Revisions;
import dev.keelson.sim.client.Workload;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Puts, deletes, reads and transacts on a few keys that all its kind share. */
final class WorkloadClient implements Participant {
  private static final long THINK_MILLIS_MAX = 12;

  private final Caller caller;
  private final Workload workload;
  private final LongSupplier leases;
  private long newest;

  WorkloadClient(Caller caller, Workload workload, LongSupplier leases) {
    this.caller = caller;
    this.workload = workload;
    this.leases = leases;
  }

  @Override
  public void run() throws InterruptedException {
    while (caller.goesOn(1, THINK_MILLIS_MAX)) {
      MessageLite response = call(workload.next(newest, leases.getAsLong()));
      if (response != null) {
        newest = Math.max(newest, Revisions.of(response));
      }
    }
  }

  private @Nullable MessageLite call(MessageLite request) {
    return switch (request) {
      case PutRequest put -> caller.call(KVGrpc.getPutMethod(), put);
      case DeleteRangeRequest delete -> caller.call(KVGrpc.getDeleteRangeMethod(), delete);
      case TxnRequest txn -> caller.call(KVGrpc.getTxnMethod(), txn);
      case RangeRequest range -> caller.call(KVGrpc.getRangeMethod(), range);
      default -> throw new IllegalStateException("no request of a client: " + request.getClass());
    };
  }
}
