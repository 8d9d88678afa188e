package dev.keelson.sim.client;

import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantResponse;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.sim.check.LeaseLedger;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import org.jspecify.annotations.Nullable;

/** Holds one lease after the other: renews it for a while, then revokes it or lets it expire. */
public final class LeaseClient {
  private static final long SECOND = 1_000_000_000L;
  private static final long TIMEOUT = 10 * SECOND;
  private static final int TTL_MAX_SECONDS = 8;

  private final EventQueue queue;
  private final Chance chance;
  private final Calls calls;
  private final Directory directory;
  private final LeaseLedger ledger;
  private long lease;
  private long ttlSeconds;
  private int renewals;
  private boolean stopped;

  public LeaseClient(
      EventQueue queue, Chance chance, Calls calls, Directory directory, LeaseLedger ledger) {
    this.queue = queue;
    this.chance = chance;
    this.calls = calls;
    this.directory = directory;
    this.ledger = ledger;
  }

  /** The lease it holds; 0 if it has none at the moment. */
  public long lease() {
    return lease;
  }

  /** Begins. */
  public void start() {
    later(SECOND);
  }

  /** Asks for nothing more. */
  public void stop() {
    stopped = true;
  }

  private void later(long nanosMax) {
    var _ = queue.after(chance.between(nanosMax / 10, nanosMax), Party.WORLD, "lessee", this::act);
  }

  private void act() {
    Life to = stopped ? null : directory.pick();
    if (to == null) {
      if (!stopped) {
        later(SECOND);
      }
      return;
    }
    if (lease == 0) {
      grant(to);
    } else if (renewals-- > 0) {
      renew(to);
    } else {
      letGo(to);
    }
  }

  private void grant(Life to) {
    long asked = queue.nowNanos();
    renewals = chance.below(10);
    calls.unary(
        to,
        LeaseGrpc.getLeaseGrantMethod(),
        LeaseGrantRequest.newBuilder().setTTL(1 + chance.below(TTL_MAX_SECONDS)).build(),
        TIMEOUT,
        answer -> {
          LeaseGrantResponse granted = answer.response();
          if (granted != null) {
            lease = granted.getID();
            ttlSeconds = granted.getTTL();
            ledger.renewed(lease, asked, ttlSeconds);
          }
          later(ttlSeconds * SECOND / 2 + SECOND / 10);
        });
  }

  private void renew(Life to) {
    long asked = queue.nowNanos();
    long renewed = lease;
    calls.unary(
        to,
        LeaseGrpc.getLeaseKeepAliveMethod(),
        LeaseKeepAliveRequest.newBuilder().setID(renewed).build(),
        TIMEOUT,
        answer -> {
          @Nullable LeaseKeepAliveResponse response = answer.response();
          if (response != null && response.getTTL() > 0) {
            ledger.renewed(renewed, asked, response.getTTL());
          } else if (response != null) {
            lease = 0;
          }
          later(ttlSeconds * SECOND / 2);
        });
  }

  private void letGo(Life to) {
    long ended = lease;
    lease = 0;
    if (chance.even()) {
      ledger.givenUp(ended);
      calls.unary(
          to,
          LeaseGrpc.getLeaseRevokeMethod(),
          LeaseRevokeRequest.newBuilder().setID(ended).build(),
          TIMEOUT,
          answer -> later(SECOND));
    } else {
      later(3 * ttlSeconds * SECOND);
    }
  }
}
