package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.WatchCancelRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchProgressRequest;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Random watch operations on a few streams. Watches of the future have a stream of their own,
 * because they hold back progress answers, by which the other streams learn that watches of the
 * past have caught up.
 */
final class WatchOperations {
  private static final int PAST_STREAMS = 3;
  private static final int FUTURE_STREAM = PAST_STREAMS;
  private static final int IDS = 10;
  private static final int FRAGMENT_ID = 500;
  private static final int FRAGMENT_KEYS = 3;
  private static final int FRAGMENT_VALUE_BYTES = 400_000;
  private static final int UNKNOWN_ENUM = 9;

  private final Dice dice;

  WatchOperations(Dice dice) {
    this.dice = dice;
  }

  Operation operation() {
    int stream = dice.below(PAST_STREAMS + 1);
    int choice = dice.below(100);
    if (choice < 62) {
      return new Operation.Watch(
          stream, WatchRequest.newBuilder().setCreateRequest(create(stream)).build());
    }
    if (choice < 86) {
      return cancel(stream, dice.below(IDS));
    }
    if (choice < 90) {
      WatchProgressRequest progress = WatchProgressRequest.getDefaultInstance();
      return new Operation.Watch(
          stream, WatchRequest.newBuilder().setProgressRequest(progress).build());
    }
    return choice < 93
        ? new Operation.Watch(stream, WatchRequest.getDefaultInstance())
        : new Operation.CloseStream(stream);
  }

  /** One revision too large for a message, twice, so that the previous values double it. */
  Operation fragmented() {
    int stream = dice.below(PAST_STREAMS);
    ByteString prefix = Dice.key("large/");
    ByteString end = Dice.key("large0");
    WatchCreateRequest watch =
        WatchCreateRequest.newBuilder()
            .setKey(prefix)
            .setRangeEnd(end)
            .setPrevKv(true)
            .setFragment(dice.chance(800))
            .setWatchId(FRAGMENT_ID)
            .build();
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = 0; i < FRAGMENT_KEYS; i++) {
      PutRequest put =
          PutRequest.newBuilder()
              .setKey(prefix.concat(Dice.key("" + i)))
              .setValue(KeyValueRequests.filler(FRAGMENT_VALUE_BYTES))
              .build();
      txn.addSuccess(RequestOp.newBuilder().setRequestPut(put));
    }
    List<Operation> steps = new ArrayList<>();
    steps.add(
        new Operation.Watch(stream, WatchRequest.newBuilder().setCreateRequest(watch).build()));
    steps.add(new Operation.Call(KVGrpc.getTxnMethod(), txn.build()));
    steps.add(new Operation.Call(KVGrpc.getTxnMethod(), txn.build()));
    steps.add(
        new Operation.Call(
            KVGrpc.getDeleteRangeMethod(),
            DeleteRangeRequest.newBuilder().setKey(prefix).setRangeEnd(end).build()));
    steps.add(cancel(stream, FRAGMENT_ID));
    return new Operation.Group(steps, false);
  }

  private WatchCreateRequest create(int stream) {
    ByteString key = dice.chance(40) ? ByteString.EMPTY : dice.pick(Dice.KEYS);
    WatchCreateRequest.Builder watch =
        WatchCreateRequest.newBuilder()
            .setKey(key)
            .setRangeEnd(dice.rangeEnd(key))
            .setPrevKv(dice.chance(400))
            .setFragment(dice.chance(200))
            .setProgressNotify(dice.chance(100));
    if (stream == FUTURE_STREAM) {
      watch.setStartRevision(dice.chance(100) ? -1 : Symbols.current(1 + dice.below(6)));
    } else if (dice.chance(350)) {
      watch.setStartRevision(
          dice.chance(800)
              ? Symbols.current(-dice.below(40))
              : Symbols.compacted(dice.below(4) - 1));
    }
    if (dice.chance(150)) {
      watch.addFiltersValue(dice.chance(900) ? dice.below(2) : UNKNOWN_ENUM);
    }
    if (dice.chance(30)) {
      watch.addFiltersValue(dice.below(2));
    }
    if (dice.chance(250)) {
      watch.setWatchId(dice.chance(950) ? dice.below(IDS) : -5);
    }
    return watch.build();
  }

  private static Operation cancel(int stream, long id) {
    return new Operation.Watch(
        stream,
        WatchRequest.newBuilder()
            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
            .build());
  }
}
