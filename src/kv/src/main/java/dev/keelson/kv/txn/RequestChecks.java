package dev.keelson.kv.txn;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import java.util.List;

/** The checks a request must pass before it is proposed or read, in etcd's order. */
public final class RequestChecks {
  private RequestChecks() {}

  public static void range(RangeRequest request) throws KvException {
    if (request.getKey().isEmpty()) {
      throw new KvException(KvError.EMPTY_KEY);
    }
    if (request.getSortOrder() == SortOrder.UNRECOGNIZED
        || request.getSortTarget() == SortTarget.UNRECOGNIZED) {
      throw new KvException(KvError.INVALID_SORT_OPTION);
    }
  }

  /** A RangeStream takes neither sorting nor revision filters. */
  public static void rangeStream(RangeRequest request) throws KvException {
    range(request);
    if (request.getSortTarget() != SortTarget.KEY || request.getSortOrder() == SortOrder.DESCEND) {
      throw new KvException(KvError.RANGE_STREAM_SORT);
    }
    if (request.getMinModRevision() != 0
        || request.getMaxModRevision() != 0
        || request.getMinCreateRevision() != 0
        || request.getMaxCreateRevision() != 0) {
      throw new KvException(KvError.RANGE_STREAM_FILTER);
    }
  }

  public static void put(PutRequest request) throws KvException {
    if (request.getKey().isEmpty()) {
      throw new KvException(KvError.EMPTY_KEY);
    }
    if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
      throw new KvException(KvError.VALUE_PROVIDED);
    }
    if (request.getIgnoreLease() && request.getLease() != 0) {
      throw new KvException(KvError.LEASE_PROVIDED);
    }
  }

  public static void deleteRange(DeleteRangeRequest request) throws KvException {
    if (request.getKey().isEmpty()) {
      throw new KvException(KvError.EMPTY_KEY);
    }
  }

  /**
   * Checks the whole tree, then both branches for keys written twice.
   *
   * @param maxOps how many compares, or operations of a branch, are allowed
   */
  public static void txn(TxnRequest request, int maxOps) throws KvException {
    tree(request, maxOps);
    DuplicateKeys.check(request.getSuccessList());
    DuplicateKeys.check(request.getFailureList());
  }

  private static void tree(TxnRequest request, int maxOps) throws KvException {
    int ops =
        Math.max(
            request.getCompareCount(),
            Math.max(request.getSuccessCount(), request.getFailureCount()));
    if (ops > maxOps) {
      throw new KvException(KvError.TOO_MANY_OPS);
    }
    for (Compare compare : request.getCompareList()) {
      if (compare.getKey().isEmpty()) {
        throw new KvException(KvError.EMPTY_KEY);
      }
    }
    ops(request.getSuccessList(), maxOps - ops);
    ops(request.getFailureList(), maxOps - ops);
  }

  private static void ops(List<RequestOp> ops, int budget) throws KvException {
    for (RequestOp op : ops) {
      switch (op.getRequestCase()) {
        case REQUEST_RANGE -> range(op.getRequestRange());
        case REQUEST_PUT -> put(op.getRequestPut());
        case REQUEST_DELETE_RANGE -> deleteRange(op.getRequestDeleteRange());
        case REQUEST_TXN -> tree(op.getRequestTxn(), budget);
        case REQUEST_NOT_SET -> throw new KvException(KvError.KEY_NOT_FOUND);
      }
    }
  }

  /** Whether both branches only read, so that the transaction need not go through the log. */
  public static boolean readOnly(TxnRequest request) {
    return onlyRanges(request.getSuccessList()) && onlyRanges(request.getFailureList());
  }

  private static boolean onlyRanges(List<RequestOp> ops) {
    return ops.stream().allMatch(RequestOp::hasRequestRange);
  }

  /** Whether every range of a read-only transaction is content with this member's own state. */
  public static boolean serializable(TxnRequest request) {
    return request.getSuccessList().stream().allMatch(op -> op.getRequestRange().getSerializable())
        && request.getFailureList().stream().allMatch(op -> op.getRequestRange().getSerializable());
  }

  /**
   * What a request is charged against the quota before it is proposed, in bytes; 0 for one that
   * stores nothing.
   */
  public static long cost(PutRequest request) {
    return 256L + request.getKey().size() + request.getValue().size();
  }

  /** The dearer branch counts; puts of nested transactions do not, as in etcd. */
  public static long cost(TxnRequest request) {
    return Math.max(cost(request.getSuccessList()), cost(request.getFailureList()));
  }

  private static long cost(List<RequestOp> ops) {
    long sum = 0;
    for (RequestOp op : ops) {
      if (op.hasRequestPut()) {
        sum += cost(op.getRequestPut());
      }
    }
    return sum;
  }

  static ByteString pointEnd(ByteString key) {
    return key.concat(ByteString.copyFrom(new byte[1]));
  }
}
