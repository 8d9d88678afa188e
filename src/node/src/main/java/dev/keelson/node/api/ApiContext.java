package dev.keelson.node.api;

import dev.keelson.kv.StateMachine;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.ReadBarrier;
import dev.keelson.node.loop.RequestIds;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.metrics.SlowRequests;
import dev.keelson.raft.Status;
import dev.keelson.storage.backend.KvBackend;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What the services need of the member they belong to.
 *
 * @param scans runs reads that may take longer than a point read
 * @param status a picture of consensus
 * @param slow told of what takes long
 */
public record ApiContext(
    long clusterId,
    long memberId,
    Limits limits,
    StateMachine state,
    KvBackend backend,
    Proposals proposals,
    ReadBarrier barrier,
    Lessor lessor,
    RequestIds ids,
    WatchHub watchHub,
    QuotaGate quota,
    Executor scans,
    Supplier<Status> status,
    MemberMetrics metrics,
    SlowRequests slow) {

  /** What a message may be larger than the request it carries. */
  private static final int MESSAGE_OVERHEAD_BYTES = 512 << 10;

  /**
   * What a request may ask for at most.
   *
   * @param requestBytesMax the largest encoded request
   * @param txnOpsMax operations in a branch of a transaction
   * @param leaseTtlMinSeconds shorter leases are granted this long
   */
  public record Limits(int requestBytesMax, int txnOpsMax, long leaseTtlMinSeconds) {}

  Headers headers() {
    return new Headers(clusterId, memberId, () -> status.get().term(), this::revision);
  }

  private long revision() {
    try (View view = state.store().views().acquire()) {
      return view.revision();
    }
  }

  Methods methods() {
    return new Methods(
        () -> status.get().leader() != 0, limits.requestBytesMax() + MESSAGE_OVERHEAD_BYTES, slow);
  }

  /** Runs a read when it is linearizable, or fails the reply. */
  void linearizable(Reply reply, Runnable read) {
    barrier.await(
        reply.executor(),
        error -> {
          if (error == null) {
            read.run();
          } else {
            reply.fail(error);
          }
        });
  }

  /** Fails a write that the quota does not admit. */
  boolean withinQuota(long costBytes, Reply reply) {
    if (quota.admits(costBytes)) {
      return true;
    }
    reply.fail(KvError.NO_SPACE);
    return false;
  }
}
