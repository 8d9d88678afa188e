package dev.keelson.node.api;

import dev.keelson.kv.StateMachine;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.node.api.auth.Authentication;
import dev.keelson.node.env.RateLimit;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.ReadBarrier;
import dev.keelson.node.loop.RequestIds;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.metrics.SlowRequests;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.storage.backend.KvBackend;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the services need of the member they belong to.
 *
 * @param snapshotRate how fast snapshots are sent to clients, all together
 * @param scans runs reads that may take longer than a point read
 * @param standing where the member stands in consensus
 * @param appliedIndex the last entry applied; never behind an answer that was given
 * @param authentication finds out who calls
 * @param slow told of what takes long
 */
public record ApiContext(
    long clusterId,
    long memberId,
    Limits limits,
    RateLimit snapshotRate,
    StateMachine state,
    KvBackend backend,
    Proposals proposals,
    ReadBarrier barrier,
    Lessor lessor,
    LeaseControl leases,
    MembershipControl membership,
    RequestIds ids,
    WatchHub watchHub,
    QuotaGate quota,
    Executor scans,
    Supplier<Standing> standing,
    LongSupplier appliedIndex,
    Authentication authentication,
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
    return new Headers(
        clusterId,
        memberId,
        () -> standing.get().term(),
        () -> state.store().log().currentRevision());
  }

  Methods methods() {
    return new Methods(
        () -> standing.get().hasLeader(),
        this::isLearner,
        limits.requestBytesMax() + MESSAGE_OVERHEAD_BYTES,
        authentication.state(),
        gate(),
        slow);
  }

  Gate gate() {
    return new Gate(authentication, barrier);
  }

  /** Whether this member has no vote yet, and few calls are answered. */
  boolean isLearner() {
    Member self = state.members().find(memberId);
    return self != null && self.getRaftAttributes().getIsLearner();
  }

  /**
   * Whether this member's own state is known to differ from that of the others. There are no others
   * for a lone member: then the alarm was raised by hand, and reads go on as in etcd.
   */
  boolean isCorrupt() {
    return !state.alarms().active().isEmpty()
        && state.members().all().size() > 1
        && state.alarms().active().stream()
            .anyMatch(
                alarm -> alarm.getAlarm() == AlarmType.CORRUPT && alarm.getMemberID() == memberId);
  }

  /** Runs a read when it is linearizable, or fails the reply. */
  void linearizable(Reply reply, Reply.Attempt read) {
    if (isCorrupt()) {
      reply.fail(KvError.CORRUPT);
      return;
    }
    barrier.await(
        reply.executor(),
        error -> {
          if (error == null) {
            reply.attempt(read);
          } else {
            reply.fail(error);
          }
        });
  }

  /** Runs a read that may take longer than a point read. */
  void scan(Reply reply, Reply.Attempt read) {
    scans.execute(() -> reply.attempt(read));
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
