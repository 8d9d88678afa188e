package dev.keelson.node;

import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.node.identity.CallerContext;
import dev.keelson.node.loop.Proposals;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Revokes expired leases through the log, a bounded number at a time, so that a hundred thousand
 * that expire together leave room for writes.
 */
final class LeaseExpiry {
  private static final int IN_FLIGHT_MAX = 512;

  private final Lessor lessor;
  private final Proposals proposals;
  private final long retryMillis;
  private final LongSupplier authRevision;
  private final LongAdder count;
  private final AtomicInteger inFlight = new AtomicInteger();

  /**
   * Creates the expiry.
   *
   * @param retryMillis after which a revocation that failed is tried again
   * @param authRevision the revision of the authentication store: revocations are proposed in the
   *     name of root, who may write all keys
   * @param count of leases that expired
   */
  LeaseExpiry(
      Lessor lessor,
      Proposals proposals,
      long retryMillis,
      LongSupplier authRevision,
      LongAdder count) {
    this.lessor = lessor;
    this.proposals = proposals;
    this.retryMillis = retryMillis;
    this.authRevision = authRevision;
    this.count = count;
  }

  /** Called every tick. */
  void tick() {
    int room = IN_FLIGHT_MAX - inFlight.get();
    if (room <= 0) {
      return;
    }
    Lessor.Expired expired = lessor.takeExpired(room);
    for (long id : expired.ids()) {
      inFlight.incrementAndGet();
      count.increment();
      // in the term it was decided in, or not at all: a leader that slept must not have its
      // successor revoke what was renewed there
      proposals.proposeAsLeaderOf(
          expired.term(),
          InternalRaftRequest.newBuilder()
              .setHeader(CallerContext.header(new Caller(Caller.ROOT, authRevision.getAsLong())))
              .setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id)),
          Runnable::run,
          outcome -> {
            inFlight.decrementAndGet();
            KvException failure = outcome.failure();
            if (failure != null && failure.error() != KvError.LEASE_NOT_FOUND) {
              lessor.retry(id, retryMillis);
            }
          });
    }
  }
}
