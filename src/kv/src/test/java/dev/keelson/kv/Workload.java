package dev.keelson.kv;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.txn.RequestChecks;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.Compare.CompareResult;
import dev.keelson.proto.etcdserverpb.Compare.CompareTarget;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import java.util.Random;

/**
 * Draws valid requests from a seed. Keys are short and made of awkward bytes, so that they collide,
 * nest and test the order of escaped keys; revisions are near those of the model.
 */
final class Workload {
  private static final byte[] KEY_BYTES = {0, 1, 'a', (byte) 0xff};
  private static final int LEASES = 5;

  private final Random random;
  private final Model model;

  Workload(Random random, Model model) {
    this.random = random;
    this.model = model;
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  ByteString key() {
    byte[] key = new byte[1 + random.nextInt(3)];
    for (int i = 0; i < key.length; i++) {
      key[i] = KEY_BYTES[random.nextInt(KEY_BYTES.length)];
    }
    return ByteString.copyFrom(key);
  }

  private ByteString rangeEnd() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> ByteString.EMPTY;
      case 2 -> ByteString.copyFrom(new byte[1]);
      default -> key();
    };
  }

  private ByteString value() {
    return ByteString.copyFromUtf8("v".repeat(random.nextInt(3)) + random.nextInt(4));
  }

  /** Around what can be read: also compacted, future, current (0) and negative ones. */
  long revision() {
    return switch (random.nextInt(8)) {
      case 0, 1 -> 0;
      case 2 -> random.nextLong(4) - 2;
      case 3 -> model.compacted + random.nextLong(3) - 1;
      default -> Math.max(1, model.revision + 1 - random.nextInt(12));
    };
  }

  InternalRaftRequest entry() {
    InternalRaftRequest.Builder entry = InternalRaftRequest.newBuilder();
    return switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> entry.setPut(put()).build();
      case 9, 10, 11 -> entry.setDeleteRange(delete()).build();
      case 12, 13, 14, 15, 16, 17, 18 -> entry.setTxn(validTxn()).build();
      case 19, 20 -> Requests.grant(lease(), 10);
      case 21, 22 -> Requests.revoke(lease());
      default -> Requests.compact(oneIn(3) ? model.revision : revision());
    };
  }

  private long lease() {
    // a negative one too: its keys sort last
    return oneIn(LEASES) ? -1 : 1 + random.nextLong(LEASES - 1);
  }

  private PutRequest put() {
    PutRequest.Builder put = PutRequest.newBuilder().setKey(key()).setPrevKv(oneIn(3));
    if (oneIn(6)) {
      put.setIgnoreValue(true);
    } else {
      put.setValue(value());
    }
    if (oneIn(6)) {
      put.setIgnoreLease(true);
    } else if (oneIn(3)) {
      put.setLease(lease());
    }
    return put.build();
  }

  private DeleteRangeRequest delete() {
    return DeleteRangeRequest.newBuilder()
        .setKey(key())
        .setRangeEnd(oneIn(2) ? ByteString.EMPTY : rangeEnd())
        .setPrevKv(oneIn(2))
        .build();
  }

  private TxnRequest validTxn() {
    while (true) {
      TxnRequest txn = txn(0);
      try {
        RequestChecks.txn(txn, 128);
        return txn;
      } catch (KvException e) {
        // the next draw may be valid
      }
    }
  }

  private TxnRequest txn(int depth) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      txn.addCompare(compare());
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      txn.addSuccess(op(depth));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      txn.addFailure(op(depth));
    }
    return txn.build();
  }

  private RequestOp op(int depth) {
    RequestOp.Builder op = RequestOp.newBuilder();
    return switch (random.nextInt(depth < 2 ? 8 : 6)) {
      case 0, 1 -> op.setRequestPut(put()).build();
      case 2, 3 -> op.setRequestDeleteRange(delete()).build();
      case 4, 5 -> op.setRequestRange(rangeMostlyValid()).build();
      default -> op.setRequestTxn(txn(depth + 1)).build();
    };
  }

  private Compare compare() {
    Compare.Builder compare =
        Compare.newBuilder()
            .setKey(key())
            .setRangeEnd(oneIn(2) ? ByteString.EMPTY : rangeEnd())
            .setTargetValue(random.nextInt(CompareTarget.values().length))
            .setResultValue(random.nextInt(CompareResult.values().length));
    long near = Math.max(0, model.revision - random.nextInt(8));
    return switch (random.nextInt(6)) {
      case 0 -> compare.setVersion(random.nextInt(4)).build();
      case 1 -> compare.setCreateRevision(near).build();
      case 2 -> compare.setModRevision(near).build();
      case 3 -> compare.setLease(lease()).build();
      case 4 -> compare.setValue(value()).build();
      default -> compare.build();
    };
  }

  private RangeRequest rangeMostlyValid() {
    RangeRequest range = range();
    return oneIn(4) ? range : range.toBuilder().setRevision(0).build();
  }

  RangeRequest range() {
    RangeRequest.Builder range =
        RangeRequest.newBuilder()
            .setKey(key())
            .setRangeEnd(rangeEnd())
            .setRevision(revision())
            .setKeysOnly(oneIn(4))
            .setCountOnly(oneIn(5));
    if (oneIn(2)) {
      range.setLimit(random.nextLong(10) - 1);
    }
    if (oneIn(2)) {
      range.setSortOrderValue(random.nextInt(SortOrder.values().length - 1));
      range.setSortTargetValue(random.nextInt(SortTarget.values().length - 1));
    }
    long near = Math.max(0, model.revision - random.nextInt(12));
    switch (random.nextInt(12)) {
      case 0 -> range.setMinModRevision(near);
      case 1 -> range.setMaxModRevision(near);
      case 2 -> range.setMinCreateRevision(near);
      case 3 -> range.setMaxCreateRevision(near);
      default -> {
        // mostly without filters
      }
    }
    return range.build();
  }
}
