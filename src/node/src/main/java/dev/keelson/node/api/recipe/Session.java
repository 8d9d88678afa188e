package dev.keelson.node.api.recipe;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.Compare.CompareTarget;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeResponse;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import io.grpc.StatusException;

/**
 * What a recipe does with the store, for one caller. Every method blocks.
 *
 * <p>Contenders are keys {@code name/lease} under a prefix {@code name/}; the one that was created
 * first holds what they contend for, and each waits until all older ones are gone.
 */
final class Session {
  /** How long a lease lives that the caller did not bring; nobody renews it. */
  private static final long TTL_SECONDS = 60;

  private final LocalServices services;
  private final Caller caller;

  Session(LocalServices services, Caller caller) {
    this.services = services;
    this.caller = caller;
  }

  /** The prefix of the contenders for a name. */
  static ByteString prefix(ByteString name) {
    return name.concat(ByteString.copyFromUtf8("/"));
  }

  /** The key of the contender that a lease stands for: hexadecimal, negative ids with a sign. */
  static ByteString contender(ByteString prefix, long lease) {
    String text = lease < 0 ? "-" + Long.toHexString(-lease) : Long.toHexString(lease);
    return prefix.concat(ByteString.copyFromUtf8(text));
  }

  /** The first key behind all that begin with the prefix, which ends in a slash. */
  static ByteString end(ByteString prefix) {
    int last = prefix.size() - 1;
    return prefix
        .substring(0, last)
        .concat(ByteString.copyFrom(new byte[] {(byte) (prefix.byteAt(last) + 1)}));
  }

  /** The oldest contender. */
  static RangeRequest oldest(ByteString prefix) {
    return RangeRequest.newBuilder()
        .setKey(prefix)
        .setRangeEnd(end(prefix))
        .setSortTarget(SortTarget.CREATE)
        .setSortOrder(SortOrder.ASCEND)
        .setLimit(1)
        .build();
  }

  static Compare createdAt(ByteString key, long revision) {
    return Compare.newBuilder()
        .setKey(key)
        .setTarget(CompareTarget.CREATE)
        .setCreateRevision(revision)
        .build();
  }

  static RequestOp put(ByteString key, ByteString value, long lease) {
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
        .build();
  }

  static RequestOp get(RangeRequest request) {
    return RequestOp.newBuilder().setRequestRange(request).build();
  }

  static RangeRequest key(ByteString key) {
    return RangeRequest.newBuilder().setKey(key).build();
  }

  static RequestOp remove(ByteString key) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key))
        .build();
  }

  /** The lease to work with: the one given, or a new one for 0. */
  long lease(long given) throws StatusException, InterruptedException {
    if (given != 0) {
      return given;
    }
    LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build();
    return services.call(LeaseGrpc.getLeaseGrantMethod(), request, caller).getID();
  }

  TxnResponse txn(TxnRequest request) throws StatusException, InterruptedException {
    return services.call(KVGrpc.getTxnMethod(), request, caller);
  }

  /**
   * Carries out the transaction by which a contender enters. An interruption waits until its answer
   * is there: a key whose caller has gone would otherwise stay in the queue, and hold everyone up
   * once its turn came.
   */
  TxnResponse enter(TxnRequest request) throws StatusException {
    return services.callToTheEnd(KVGrpc.getTxnMethod(), request, caller);
  }

  RangeResponse range(RangeRequest request) throws StatusException, InterruptedException {
    return services.call(KVGrpc.getRangeMethod(), request, caller);
  }

  DeleteRangeResponse delete(ByteString key) throws StatusException, InterruptedException {
    return services.call(
        KVGrpc.getDeleteRangeMethod(), DeleteRangeRequest.newBuilder().setKey(key).build(), caller);
  }

  KeyWatch watch(ByteString key, ByteString rangeEnd, long startRevision) {
    return new KeyWatch(services, caller, key, rangeEnd, startRevision);
  }

  /**
   * Waits until no contender created before {@code createRevision} is left. It watches the newest
   * of them, so that one departure wakes one waiter, and then looks again.
   */
  void awaitOlder(ByteString prefix, long createRevision)
      throws StatusException, InterruptedException {
    RangeRequest newestOlder =
        RangeRequest.newBuilder()
            .setKey(prefix)
            .setRangeEnd(end(prefix))
            .setSortTarget(SortTarget.CREATE)
            .setSortOrder(SortOrder.DESCEND)
            .setLimit(1)
            .setMaxCreateRevision(createRevision - 1)
            .build();
    while (true) {
      RangeResponse older = range(newestOlder);
      if (older.getKvsCount() == 0) {
        return;
      }
      awaitDeletion(older.getKvs(0).getKey(), older.getHeader().getRevision());
    }
  }

  private void awaitDeletion(ByteString key, long fromRevision)
      throws StatusException, InterruptedException {
    try (KeyWatch watch = watch(key, ByteString.EMPTY, fromRevision)) {
      while (watch.next().getEventsList().stream()
          .noneMatch(event -> event.getType() == dev.keelson.proto.mvccpb.Event.EventType.DELETE)) {
        // puts do not matter
      }
    }
  }
}
