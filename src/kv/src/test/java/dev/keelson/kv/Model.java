package dev.keelson.kv;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeResponse;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.ResponseOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The store as simple as it can be said: one whole map per revision. */
final class Model {
  static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

  /** A live row and the sub-revision of its last change. */
  record Cell(KeyValue row, long sub) {}

  /** One change; {@code after} is null for a deletion, {@code before} for a creation. */
  record Change(ByteString key, long main, long sub, @Nullable Cell before, @Nullable Cell after) {}

  private final TreeMap<Long, SortedMap<ByteString, Cell>> states = new TreeMap<>();
  final List<Change> changes = new ArrayList<>();
  final TreeSet<Long> leases = new TreeSet<>();
  long revision = 1;
  long compacted = -1;

  // the transaction under way
  private SortedMap<ByteString, Cell> working = new TreeMap<>(ORDER);
  private long sub;

  Model() {
    states.put(1L, new TreeMap<>(ORDER));
  }

  SortedMap<ByteString, Cell> newest() {
    return state(revision);
  }

  /** The rows at a revision. */
  SortedMap<ByteString, Cell> state(long at) {
    return requireNonNull(states.get(at));
  }

  /** What the entry answers; null for a command without an answer of the KV service. */
  @Nullable ResponseOp apply(InternalRaftRequest request) throws KvException {
    working = new TreeMap<>(newest());
    sub = 0;
    ResponseOp response = null;
    switch (request) {
      case InternalRaftRequest put when put.hasPut() -> {
        checkPut(put.getPut(), true);
        response = put(put.getPut());
      }
      case InternalRaftRequest delete when delete.hasDeleteRange() ->
          response = delete(delete.getDeleteRange());
      case InternalRaftRequest txn when txn.hasTxn() -> {
        check(txn.getTxn());
        response = txn(txn.getTxn());
      }
      case InternalRaftRequest grant when grant.hasLeaseGrant() -> {
        if (!leases.add(grant.getLeaseGrant().getID())) {
          throw new KvException(KvError.LEASE_EXISTS);
        }
      }
      case InternalRaftRequest revoke when revoke.hasLeaseRevoke() ->
          revoke(revoke.getLeaseRevoke().getID());
      default -> compact(request.getCompaction().getRevision());
    }
    if (sub > 0) {
      revision++;
      states.put(revision, working);
    }
    return response;
  }

  private void revoke(long id) throws KvException {
    if (!leases.remove(id)) {
      throw new KvException(KvError.LEASE_NOT_FOUND);
    }
    attached(id).forEach(this::remove);
  }

  /** Keys attached to the lease. */
  List<ByteString> attached(long id) {
    return newest().values().stream()
        .map(Cell::row)
        .filter(row -> row.getLease() == id)
        .map(KeyValue::getKey)
        .toList();
  }

  private void compact(long at) throws KvException {
    if (at <= compacted) {
      throw new KvException(KvError.COMPACTED);
    }
    if (at > revision) {
      throw new KvException(KvError.FUTURE_REVISION);
    }
    compacted = at;
  }

  private void checkPut(PutRequest put, boolean leaseFirst) throws KvException {
    boolean keyMissing =
        (put.getIgnoreValue() || put.getIgnoreLease()) && !newest().containsKey(put.getKey());
    boolean leaseMissing = put.getLease() != 0 && !leases.contains(put.getLease());
    if (leaseMissing && (leaseFirst || !keyMissing)) {
      throw new KvException(KvError.LEASE_NOT_FOUND);
    }
    if (keyMissing) {
      throw new KvException(KvError.KEY_NOT_FOUND);
    }
  }

  /** Everything on the chosen path that can fail: first all puts, then all ranges. */
  private void check(TxnRequest txn) throws KvException {
    checkPuts(txn);
    checkRanges(txn);
  }

  private void checkPuts(TxnRequest txn) throws KvException {
    for (RequestOp op : branch(txn)) {
      if (op.hasRequestPut()) {
        checkPut(op.getRequestPut(), false);
      } else if (op.hasRequestTxn()) {
        checkPuts(op.getRequestTxn());
      }
    }
  }

  private void checkRanges(TxnRequest txn) throws KvException {
    for (RequestOp op : branch(txn)) {
      if (op.hasRequestRange()) {
        long at = op.getRequestRange().getRevision();
        if (at < Math.min(0, compacted)) {
          throw new KvException(KvError.COMPACTED);
        }
        ModelRange.checkRevision(this, at);
      } else if (op.hasRequestTxn()) {
        checkRanges(op.getRequestTxn());
      }
    }
  }

  private boolean succeeds(TxnRequest txn) {
    for (Compare compare : txn.getCompareList()) {
      if (!ModelCompare.holds(newest(), compare)) {
        return false;
      }
    }
    return true;
  }

  private List<RequestOp> branch(TxnRequest txn) {
    return succeeds(txn) ? txn.getSuccessList() : txn.getFailureList();
  }

  private ResponseOp txn(TxnRequest request) {
    TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(succeeds(request));
    for (RequestOp op : branch(request)) {
      response.addResponses(
          switch (op.getRequestCase()) {
            case REQUEST_PUT -> put(op.getRequestPut());
            case REQUEST_DELETE_RANGE -> delete(op.getRequestDeleteRange());
            case REQUEST_TXN -> txn(op.getRequestTxn());
            case REQUEST_RANGE -> range(op.getRequestRange());
            case REQUEST_NOT_SET -> throw new AssertionError("not generated");
          });
    }
    response.setHeader(Responses.header(headerRevision()));
    return ResponseOp.newBuilder().setResponseTxn(response).build();
  }

  private ResponseOp range(RangeRequest request) {
    long at = request.getRevision();
    SortedMap<ByteString, Cell> state =
        at <= 0 || (at == revision && sub == 0) ? working : state(at);
    return ResponseOp.newBuilder()
        .setResponseRange(ModelRange.read(state, request, headerRevision()))
        .build();
  }

  private long headerRevision() {
    return sub > 0 ? revision + 1 : revision;
  }

  private ResponseOp put(PutRequest request) {
    Cell before = working.get(request.getKey());
    KeyValue old = before == null ? KeyValue.getDefaultInstance() : before.row();
    KeyValue row =
        KeyValue.newBuilder()
            .setKey(request.getKey())
            .setValue(request.getIgnoreValue() ? old.getValue() : request.getValue())
            .setLease(request.getIgnoreLease() ? old.getLease() : request.getLease())
            .setCreateRevision(before == null ? revision + 1 : old.getCreateRevision())
            .setModRevision(revision + 1)
            .setVersion(old.getVersion() + 1)
            .build();
    Cell after = new Cell(row, sub);
    working.put(request.getKey(), after);
    changes.add(new Change(request.getKey(), revision + 1, sub++, before, after));
    PutResponse.Builder response =
        PutResponse.newBuilder().setHeader(Responses.header(headerRevision()));
    if (request.getPrevKv() && before != null) {
      response.setPrevKv(old);
    }
    return ResponseOp.newBuilder().setResponsePut(response).build();
  }

  private ResponseOp delete(DeleteRangeRequest request) {
    DeleteRangeResponse.Builder response = DeleteRangeResponse.newBuilder();
    List<ByteString> keys =
        working.keySet().stream()
            .filter(key -> ModelRange.contains(request.getKey(), request.getRangeEnd(), key))
            .toList();
    for (ByteString key : keys) {
      KeyValue removed = remove(key);
      if (request.getPrevKv()) {
        response.addPrevKvs(removed);
      }
    }
    response.setDeleted(keys.size()).setHeader(Responses.header(headerRevision()));
    return ResponseOp.newBuilder().setResponseDeleteRange(response).build();
  }

  private KeyValue remove(ByteString key) {
    Cell before = requireNonNull(working.remove(key));
    changes.add(new Change(key, revision + 1, sub++, before, null));
    return before.row();
  }
}
