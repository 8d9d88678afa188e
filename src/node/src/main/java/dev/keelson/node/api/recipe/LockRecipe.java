package dev.keelson.node.api.recipe;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import dev.keelson.proto.v3lockpb.LockRequest;
import dev.keelson.proto.v3lockpb.LockResponse;
import dev.keelson.proto.v3lockpb.UnlockRequest;
import dev.keelson.proto.v3lockpb.UnlockResponse;
import io.grpc.Status;
import io.grpc.StatusException;

/**
 * Locking by name (etcd's {@code v3lock}): the lock belongs to the lease whose key is the oldest
 * under {@code name/}, and goes with that key or its lease. The same lease may lock again.
 */
final class LockRecipe {
  private static final String EXPIRED = "mutex: session is expired";

  private LockRecipe() {}

  static void lock(LockRequest request, Session session, ThreadPerCall.Outlet outlet)
      throws StatusException, InterruptedException {
    ByteString prefix = Session.prefix(request.getName());
    long lease = session.lease(request.getLease());
    ByteString key = Session.contender(prefix, lease);
    TxnResponse entered =
        session.enter(
            TxnRequest.newBuilder()
                .addCompare(Session.createdAt(key, 0))
                .addSuccess(Session.put(key, ByteString.EMPTY, lease))
                .addSuccess(Session.get(Session.oldest(prefix)))
                .addFailure(Session.get(Session.key(key)))
                .addFailure(Session.get(Session.oldest(prefix)))
                .build());
    long revision =
        entered.getSucceeded()
            ? entered.getHeader().getRevision()
            : entered.getResponses(0).getResponseRange().getKvs(0).getCreateRevision();
    RangeResponse owner = entered.getResponses(1).getResponseRange();
    ResponseHeader header =
        owner.getKvsCount() == 0 || owner.getKvs(0).getCreateRevision() == revision
            ? entered.getHeader()
            : await(session, prefix, key, revision);
    outlet.send(LockResponse.newBuilder().setHeader(header).setKey(key).build());
  }

  /** Waits for the turn of {@code key}; leaves the queue if that fails. */
  private static ResponseHeader await(
      Session session, ByteString prefix, ByteString key, long revision)
      throws StatusException, InterruptedException {
    RangeResponse own;
    try {
      session.awaitOlder(prefix, revision);
      own = session.range(Session.key(key));
    } catch (StatusException | InterruptedException e) {
      session.delete(key);
      throw e;
    }
    if (own.getKvsCount() == 0) {
      throw Status.UNKNOWN.withDescription(EXPIRED).asException();
    }
    return own.getHeader();
  }

  /** Deletes the key, whoever owns it. */
  static void unlock(UnlockRequest request, Session session, ThreadPerCall.Outlet outlet)
      throws StatusException, InterruptedException {
    outlet.send(
        UnlockResponse.newBuilder()
            .setHeader(session.delete(request.getKey()).getHeader())
            .build());
  }
}
