package dev.keelson.sim.oracle;

import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import java.util.List;

/**
 * Random lease operations. Times to live are either far longer than a run and far apart, so that
 * nothing expires and their order never changes, or shorter than the minimum and revoked at once.
 * Leases whose id the server picks are never attached to keys: their ids would enter the hash.
 */
final class LeaseOperations {
  private static final List<Long> IDS = List.of(1L, 2L, 3L, 4L, 5L, 6L, -7L);
  private static final long UNKNOWN_ID = 99;
  private static final long SHORT_ID = 1000;
  private static final List<Long> LONG_TTLS = List.of(1_000_000L, 100_000_000L, 9_000_000_000L);
  private static final long TOO_LONG_TTL = 9_000_000_001L;
  private static final List<Long> SHORT_TTLS = List.of(-1L, 0L, 1L, 2L);

  private final Dice dice;
  private int picked;

  LeaseOperations(Dice dice) {
    this.dice = dice;
  }

  /** An id that may be granted, or one that never is. */
  static long anyLease(Dice dice) {
    return dice.chance(70) ? UNKNOWN_ID : dice.pick(IDS);
  }

  Operation operation() {
    int choice = dice.below(100);
    if (choice < 35) {
      return grant();
    }
    if (choice < 50) {
      return revoke(lease());
    }
    if (choice < 70) {
      return new Operation.Call(
          LeaseGrpc.getLeaseTimeToLiveMethod(),
          LeaseTimeToLiveRequest.newBuilder().setID(lease()).setKeys(dice.chance(600)).build());
    }
    if (choice < 80) {
      return new Operation.Call(
          LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance());
    }
    if (choice < 97) {
      return new Operation.KeepAlive(LeaseKeepAliveRequest.newBuilder().setID(lease()).build());
    }
    return shortLived();
  }

  private Operation grant() {
    long id = dice.pick(IDS);
    if (dice.chance(60)) {
      id = 0;
    }
    long ttl = dice.chance(50) ? TOO_LONG_TTL : dice.pick(LONG_TTLS);
    if (id == 0 && ttl != TOO_LONG_TTL) {
      picked++;
    }
    return grant(id, ttl);
  }

  private Operation shortLived() {
    return new Operation.Group(
        List.of(grant(SHORT_ID, dice.pick(SHORT_TTLS)), revoke(SHORT_ID)), true);
  }

  private long lease() {
    return picked > 0 && dice.chance(150)
        ? Symbols.pickedLease(dice.below(picked))
        : anyLease(dice);
  }

  private static Operation grant(long id, long ttl) {
    return new Operation.Call(
        LeaseGrpc.getLeaseGrantMethod(),
        LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
  }

  private static Operation revoke(long id) {
    return new Operation.Call(
        LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeRequest.newBuilder().setID(id).build());
  }
}
