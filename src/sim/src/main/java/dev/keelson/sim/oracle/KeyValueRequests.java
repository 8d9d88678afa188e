package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;

/**
 * Random requests of the key-value service except transactions. An unknown sort target is missing:
 * it ends the process of etcd 3.5.16.
 */
final class KeyValueRequests {
  private static final int REFUSED_BY_SERVER_BYTES = 1_600_000;
  private static final int REFUSED_BY_TRANSPORT_BYTES = 2_100_000;
  private static final int UNKNOWN_ENUM = 9;

  private final Dice dice;

  KeyValueRequests(Dice dice) {
    this.dice = dice;
  }

  RangeRequest range() {
    ByteString key = dice.key();
    RangeRequest.Builder range =
        RangeRequest.newBuilder().setKey(key).setRangeEnd(dice.rangeEnd(key));
    if (dice.chance(400)) {
      range.setLimit(dice.chance(900) ? dice.below(5) : dice.below(20) - 10);
    }
    if (dice.chance(350)) {
      range.setRevision(dice.revision());
    }
    if (dice.chance(350)) {
      range.setSortOrderValue(dice.below(3)).setSortTargetValue(dice.below(5));
    }
    if (dice.chance(10)) {
      range.setSortOrderValue(UNKNOWN_ENUM);
    }
    range.setSerializable(dice.chance(150));
    range.setKeysOnly(dice.chance(120));
    range.setCountOnly(dice.chance(100));
    if (dice.chance(150)) {
      bound(range);
    }
    return range.build();
  }

  PutRequest put() {
    PutRequest.Builder put = PutRequest.newBuilder().setKey(dice.key()).setPrevKv(dice.chance(250));
    put.setIgnoreValue(dice.chance(60)).setIgnoreLease(dice.chance(60));
    if (!put.getIgnoreValue() || dice.chance(150)) {
      put.setValue(dice.value());
    }
    if (dice.chance(200) && (!put.getIgnoreLease() || dice.chance(150))) {
      put.setLease(LeaseOperations.anyLease(dice));
    }
    return put.build();
  }

  /** A value that only takes up room, or one that is refused for its size. */
  PutRequest largePut() {
    int size =
        dice.chance(850)
            ? dice.below(20_000)
            : dice.chance(700) ? REFUSED_BY_SERVER_BYTES : REFUSED_BY_TRANSPORT_BYTES;
    return PutRequest.newBuilder().setKey(dice.pick(Dice.KEYS)).setValue(filler(size)).build();
  }

  DeleteRangeRequest deleteRange() {
    ByteString key = dice.key();
    return DeleteRangeRequest.newBuilder()
        .setKey(key)
        .setRangeEnd(dice.chance(600) ? ByteString.EMPTY : dice.rangeEnd(key))
        .setPrevKv(dice.chance(350))
        .build();
  }

  CompactionRequest compaction() {
    int choice = dice.below(100);
    long revision =
        choice < 70
            ? Symbols.current(-dice.below(10))
            : choice < 90 ? Symbols.compacted(dice.below(3) - 1) : Symbols.current(2);
    if (choice == 99) {
      revision = -dice.below(3);
    }
    return CompactionRequest.newBuilder()
        .setRevision(revision)
        .setPhysical(dice.chance(200))
        .build();
  }

  static ByteString filler(int bytes) {
    return ByteString.copyFrom(new byte[bytes]);
  }

  private void bound(RangeRequest.Builder range) {
    long bound = Symbols.current(-dice.below(15));
    switch (dice.below(4)) {
      case 0 -> range.setMinModRevision(bound);
      case 1 -> range.setMaxModRevision(bound);
      case 2 -> range.setMinCreateRevision(bound);
      default -> range.setMaxCreateRevision(bound);
    }
    if (dice.chance(200)) {
      bound(range);
    }
  }
}
