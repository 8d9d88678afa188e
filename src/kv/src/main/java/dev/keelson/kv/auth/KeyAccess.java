package dev.keelson.kv.auth;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether one caller may do what a request asks for. A transaction needs the rights of all
 * its operations, those of the branch not taken and of nested transactions included.
 */
public final class KeyAccess {
  private final @Nullable UserRights rights;
  private final LeaseKeys leaseKeys;

  /** Finds the keys that are attached to a lease. */
  @FunctionalInterface
  public interface LeaseKeys {
    /** The keys; empty for a lease that does not exist. */
    List<byte[]> attachedTo(long leaseId);
  }

  /**
   * Looks up what the caller may do.
   *
   * @throws KvException if the caller may do nothing at all
   */
  public KeyAccess(AuthState state, Caller caller, LeaseKeys leaseKeys) throws KvException {
    this.rights = state.rightsOf(caller);
    this.leaseKeys = leaseKeys;
  }

  /** Whether the caller needs no check at all. */
  public boolean unrestricted() {
    return rights == null;
  }

  /** Passes a caller who may read the whole range. */
  public void range(ByteString key, ByteString rangeEnd) throws KvException {
    if (rights != null) {
      require(rights.readable(), key, rangeEnd);
    }
  }

  public void range(RangeRequest request) throws KvException {
    range(request.getKey(), request.getRangeEnd());
  }

  /**
   * A put with a lease needs the right to write all keys of the lease: whoever could not revoke it
   * must not attach keys to it.
   */
  public void put(PutRequest request) throws KvException {
    if (rights == null) {
      return;
    }
    require(rights.writable(), request.getKey(), ByteString.EMPTY);
    if (request.getLease() != 0) {
      lease(request.getLease());
    }
    if (request.getPrevKv()) {
      require(rights.readable(), request.getKey(), ByteString.EMPTY);
    }
  }

  public void deleteRange(DeleteRangeRequest request) throws KvException {
    if (rights == null) {
      return;
    }
    require(rights.writable(), request.getKey(), request.getRangeEnd());
    if (request.getPrevKv()) {
      require(rights.readable(), request.getKey(), request.getRangeEnd());
    }
  }

  public void txn(TxnRequest request) throws KvException {
    if (rights == null) {
      return;
    }
    for (Compare compare : request.getCompareList()) {
      range(compare.getKey(), compare.getRangeEnd());
    }
    ops(request.getSuccessList());
    ops(request.getFailureList());
  }

  private void ops(List<RequestOp> ops) throws KvException {
    for (RequestOp op : ops) {
      switch (op.getRequestCase()) {
        case REQUEST_RANGE -> range(op.getRequestRange());
        case REQUEST_PUT -> put(op.getRequestPut());
        case REQUEST_DELETE_RANGE -> deleteRange(op.getRequestDeleteRange());
        case REQUEST_TXN -> txn(op.getRequestTxn());
        case REQUEST_NOT_SET -> {
          // asks for nothing
        }
      }
    }
  }

  /** Passes a caller who may write every key that is attached to the lease. */
  public void lease(long leaseId) throws KvException {
    if (rights == null || rights.writable().coversAll()) {
      return;
    }
    for (byte[] key : leaseKeys.attachedTo(leaseId)) {
      require(rights.writable(), ByteString.copyFrom(key), ByteString.EMPTY);
    }
  }

  /** Passes a caller who may read every one of these keys. */
  public void readAll(List<byte[]> keys) throws KvException {
    if (rights == null) {
      return;
    }
    for (byte[] key : keys) {
      require(rights.readable(), ByteString.copyFrom(key), ByteString.EMPTY);
    }
  }

  private static void require(KeySpace granted, ByteString key, ByteString rangeEnd)
      throws KvException {
    if (!granted.covers(key, rangeEnd)) {
      throw new KvException(KvError.PERMISSION_DENIED);
    }
  }
}
