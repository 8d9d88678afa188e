package dev.keelson.kv.txn;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rule that one branch of a transaction writes no key twice: no key is put twice, and none is
 * both put and deleted. Deletes may overlap. The two branches of one nested transaction exclude
 * each other and may repeat keys; siblings may not.
 *
 * <p>Ranges of deletes are taken literally, so that one without an end ({@code range_end} of one
 * zero byte) covers nothing here; etcd lets such a transaction pass and runs its operations in
 * order, and so do we.
 */
final class DuplicateKeys {
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  private final Set<ByteString> puts = new HashSet<>();
  private final List<Interval> deletes = new ArrayList<>();

  private record Interval(ByteString from, ByteString to) {
    boolean contains(ByteString key) {
      return ORDER.compare(key, from) >= 0 && ORDER.compare(key, to) < 0;
    }
  }

  private DuplicateKeys() {}

  static void check(List<RequestOp> branch) throws KvException {
    collect(branch);
  }

  private static DuplicateKeys collect(List<RequestOp> branch) throws KvException {
    DuplicateKeys seen = new DuplicateKeys();
    for (RequestOp op : branch) {
      if (op.hasRequestDeleteRange()) {
        DeleteRangeRequest delete = op.getRequestDeleteRange();
        ByteString end = delete.getRangeEnd();
        seen.deletes.add(
            new Interval(
                delete.getKey(), end.isEmpty() ? RequestChecks.pointEnd(delete.getKey()) : end));
      }
    }
    for (RequestOp op : branch) {
      if (op.hasRequestTxn()) {
        seen.nested(
            collect(op.getRequestTxn().getSuccessList()),
            collect(op.getRequestTxn().getFailureList()));
      }
    }
    for (RequestOp op : branch) {
      if (op.hasRequestPut()) {
        seen.put(op.getRequestPut().getKey());
      }
    }
    return seen;
  }

  private void nested(DuplicateKeys success, DuplicateKeys failure) throws KvException {
    for (ByteString key : success.puts) {
      put(key);
    }
    for (ByteString key : failure.puts) {
      if (!success.puts.contains(key)) {
        put(key);
      }
    }
    deletes.addAll(success.deletes);
    deletes.addAll(failure.deletes);
  }

  private void put(ByteString key) throws KvException {
    if (!puts.add(key) || deletes.stream().anyMatch(each -> each.contains(key))) {
      throw new KvException(KvError.DUPLICATE_KEY);
    }
  }
}
