package dev.keelson.sim.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.sim.time.Chance;
import java.util.ArrayList;
import java.util.List;

/** Requests on a few keys, so that clients meet; every value is written once. */
public final class Workload {
  /** The first possible key; as the end of a range, no end. */
  public static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[1]);

  private final Chance chance;
  private final Mix mix;
  private final String author;
  private final List<ByteString> keys = new ArrayList<>();
  private long values;

  /**
   * How often each kind of request comes, in thousandths; what is left are reads.
   *
   * @param keys how many keys there are
   * @param valueBytesMax the largest value; most are small
   */
  public record Mix(
      int keys,
      int put,
      int delete,
      int txn,
      int serializable,
      int oldRevision,
      int valueBytesMax) {}

  /** A workload that all clients share. */
  public Workload(Chance chance, Mix mix) {
    this(chance, mix, "");
  }

  /**
   * A workload of one client.
   *
   * @param author part of its values, so that they differ from those of others
   */
  public Workload(Chance chance, Mix mix, String author) {
    this.chance = chance;
    this.mix = mix;
    this.author = author;
    for (int i = 0; i < mix.keys(); i++) {
      keys.add(ByteString.copyFromUtf8("k" + (char) ('a' + i)));
    }
  }

  /** All keys there are. */
  public List<ByteString> keys() {
    return List.copyOf(keys);
  }

  /**
   * The next request.
   *
   * @param newest the newest revision that the client has seen
   * @param lease what the client may attach keys to; 0 for nothing
   */
  public MessageLite next(long newest, long lease) {
    int choice = chance.below(1000);
    if (choice < mix.put()) {
      return put(lease);
    }
    if (choice < mix.put() + mix.delete()) {
      return delete();
    }
    if (choice < mix.put() + mix.delete() + mix.txn()) {
      return txn(newest);
    }
    return range(newest);
  }

  private PutRequest put(long lease) {
    return PutRequest.newBuilder()
        .setKey(key())
        .setValue(value())
        .setLease(chance.permille(300) ? lease : 0)
        .setPrevKv(chance.permille(300))
        .build();
  }

  private DeleteRangeRequest delete() {
    ByteString key = key();
    return DeleteRangeRequest.newBuilder()
        .setKey(key)
        .setRangeEnd(chance.permille(150) ? end() : ByteString.EMPTY)
        .setPrevKv(chance.permille(300))
        .build();
  }

  private RangeRequest range(long newest) {
    ByteString key = key();
    RangeRequest.Builder range =
        RangeRequest.newBuilder()
            .setKey(key)
            .setRangeEnd(chance.permille(300) ? end() : ByteString.EMPTY)
            .setSerializable(chance.permille(mix.serializable()));
    if (chance.permille(200)) {
      range.setLimit(1 + chance.below(4));
    }
    if (newest > 1 && chance.permille(mix.oldRevision())) {
      range.setRevision(Math.max(1, newest - chance.below(20)));
    }
    return range.build();
  }

  private TxnRequest txn(long newest) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    int compares = chance.below(3);
    for (int i = 0; i < compares; i++) {
      txn.addCompare(compare(newest));
    }
    fill(txn, true);
    fill(txn, false);
    return txn.build();
  }

  private Compare compare(long newest) {
    Compare.Builder compare =
        Compare.newBuilder()
            .setKey(key())
            .setResultValue(chance.below(4))
            .setTargetValue(chance.below(4));
    switch (compare.getTarget()) {
      case VERSION -> compare.setVersion(chance.below(4));
      case CREATE -> compare.setCreateRevision(Math.max(0, newest - chance.below(20)));
      case MOD -> compare.setModRevision(Math.max(0, newest - chance.below(5)));
      case VALUE -> compare.setValue(ByteString.copyFromUtf8("v" + chance.below(10)));
      case LEASE, UNRECOGNIZED -> throw new IllegalStateException("not drawn");
    }
    return compare.build();
  }

  /** No key is written twice in one transaction: that would be refused. */
  private void fill(TxnRequest.Builder txn, boolean success) {
    int first = chance.below(keys.size());
    int count = 1 + chance.below(3);
    for (int i = 0; i < count && i < keys.size(); i++) {
      ByteString key = keys.get((first + i) % keys.size());
      RequestOp.Builder op = RequestOp.newBuilder();
      int choice = chance.below(10);
      if (choice < 5) {
        op.setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value()));
      } else if (choice < 7) {
        op.setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key));
      } else {
        op.setRequestRange(RangeRequest.newBuilder().setKey(key));
      }
      if (success) {
        txn.addSuccess(op);
      } else {
        txn.addFailure(op);
      }
    }
  }

  private ByteString key() {
    return chance.pick(keys);
  }

  private ByteString end() {
    return chance.permille(500) ? FIRST_KEY : chance.pick(keys);
  }

  private ByteString value() {
    String unique = "v" + author + values++;
    if (!chance.permille(50)) {
      return ByteString.copyFromUtf8(unique);
    }
    return ByteString.copyFromUtf8(unique + "#" + "x".repeat(chance.below(mix.valueBytesMax())));
  }
}
