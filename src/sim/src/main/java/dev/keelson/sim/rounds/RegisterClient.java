package dev.keelson.sim.rounds;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads, writes, deletes and swaps single keys: a history for a search without revisions. */
final class RegisterClient implements Participant {
  /** In front of all that the others delete by ranges. */
  static final List<ByteString> KEYS =
      List.of(ByteString.copyFromUtf8("a/0"), ByteString.copyFromUtf8("a/1"));

  private static final long THINK_MILLIS_MAX = 16;

  private final Caller caller;

  /** What each key held when this client last knew. */
  private final Map<ByteString, ByteString> known = new HashMap<>();

  private int values;

  RegisterClient(Caller caller) {
    this.caller = caller;
  }

  @Override
  public void run() throws InterruptedException {
    while (caller.goesOn(1, THINK_MILLIS_MAX)) {
      ByteString key = caller.chance().pick(KEYS);
      int choice = caller.chance().below(100);
      if (choice < 40) {
        read(key);
      } else if (choice < 65) {
        write(key);
      } else if (choice < 92) {
        swap(key);
      } else {
        delete(key);
      }
    }
  }

  private ByteString value() {
    return ByteString.copyFromUtf8("r" + caller.number() + "-" + values++);
  }

  private void read(ByteString key) {
    RangeResponse response =
        caller.call(KVGrpc.getRangeMethod(), RangeRequest.newBuilder().setKey(key).build());
    if (response != null && response.getKvsCount() > 0) {
      known.put(key, response.getKvs(0).getValue());
    } else if (response != null) {
      known.remove(key);
    }
  }

  private void write(ByteString key) {
    ByteString value = value();
    PutRequest put = PutRequest.newBuilder().setKey(key).setValue(value).build();
    if (caller.call(KVGrpc.getPutMethod(), put) != null) {
      known.put(key, value);
    }
  }

  private void delete(ByteString key) {
    DeleteRangeRequest delete = DeleteRangeRequest.newBuilder().setKey(key).build();
    if (caller.call(KVGrpc.getDeleteRangeMethod(), delete) != null) {
      known.remove(key);
    }
  }

  private void swap(ByteString key) {
    ByteString expected = known.get(key);
    ByteString value = value();
    Compare.Builder compare = Compare.newBuilder().setKey(key);
    if (expected == null) {
      compare.setTarget(Compare.CompareTarget.VERSION).setVersion(0);
    } else {
      compare.setTarget(Compare.CompareTarget.VALUE).setValue(expected);
    }
    TxnRequest swap =
        TxnRequest.newBuilder()
            .addCompare(compare)
            .addSuccess(
                RequestOp.newBuilder()
                    .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value)))
            .build();
    var response = caller.call(KVGrpc.getTxnMethod(), swap);
    if (response != null && response.getSucceeded()) {
      known.put(key, value);
    } else {
      known.remove(key); // for the next one, whatever it is
    }
  }
}
