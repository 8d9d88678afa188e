package dev.keelson.kv.txn;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.KeyRange;
import dev.keelson.kv.mvcc.Row;
import dev.keelson.kv.mvcc.RowCursor;
import dev.keelson.kv.mvcc.RowSource;
import dev.keelson.kv.mvcc.WriteTxn;
import dev.keelson.kv.txn.OpResult.DeleteResult;
import dev.keelson.kv.txn.OpResult.PutResult;
import dev.keelson.kv.txn.OpResult.TxnResult;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Carries out puts, deletes and transactions. A transaction runs in three steps, as in etcd: every
 * compare of the whole tree is evaluated against the state before it, which settles the path;
 * everything on the path that can fail is checked against that same state; then the operations run
 * in order and see one another's effects. So a transaction either changes nothing or runs to its
 * end.
 *
 * <p>What is read on the way is held until it is answered, within {@link
 * AnswerBudget#HELD_BYTES_MAX}: past it the effects are the same, and the result is not whole.
 */
public final class TxnExecutor {
  private final LongPredicate leaseExists;

  /**
   * @param leaseExists whether a lease id is granted
   */
  public TxnExecutor(LongPredicate leaseExists) {
    this.leaseExists = leaseExists;
  }

  /**
   * Puts one key.
   *
   * @throws KvException if the lease does not exist, or the key does not although its value or
   *     lease is to be kept
   */
  public PutResult put(WriteTxn txn, PutRequest request) throws KvException {
    if (readsRow(request)) {
      txn.willRead();
    }
    if (request.getLease() != 0 && !leaseExists.test(request.getLease())) {
      throw new KvException(KvError.LEASE_NOT_FOUND);
    }
    if (keepsSomething(request) && !txn.exists(request.getKey())) {
      throw new KvException(KvError.KEY_NOT_FOUND);
    }
    return doPut(txn, request);
  }

  /** Deletes a range. */
  public DeleteResult deleteRange(WriteTxn txn, DeleteRangeRequest request) {
    if (readsRow(request)) {
      txn.willReadBefore();
    }
    return doDelete(txn, request, AnswerBudget.held());
  }

  /**
   * Runs a transaction that may write.
   *
   * @throws KvException if something on its path cannot be carried out; nothing has changed then
   */
  public TxnResult txn(WriteTxn txn, TxnRequest request) throws KvException {
    if (comparesRows(request)) {
      txn.willRead();
    }
    Path path = decide(request, txn);
    if (path.readsRows()) {
      txn.willRead();
    }
    check(path, txn);
    return run(path, txn, AnswerBudget.held());
  }

  /**
   * Runs a transaction that only reads.
   *
   * @throws KvException if a range of the chosen branch asks for a revision that cannot be read
   */
  public TxnResult readOnlyTxn(RowSource rows, TxnRequest request) throws KvException {
    Path path = decide(request, rows);
    check(path, rows);
    List<OpResult> responses = new ArrayList<>(path.ops.size());
    AnswerBudget budget = AnswerBudget.held();
    for (RequestOp op : path.ops) {
      responses.add(RangeReader.read(rows, op.getRequestRange(), budget));
    }
    return new TxnResult(rows.revision(), path.succeeded, responses);
  }

  /**
   * The branch that the compares chose, with the same for the transactions nested in it.
   *
   * @param nested one for each operation of {@code ops} that is a transaction, in order
   */
  private record Path(boolean succeeded, List<RequestOp> ops, List<Path> nested) {
    boolean readsRows() {
      for (RequestOp op : ops) {
        boolean reads =
            switch (op.getRequestCase()) {
              case REQUEST_RANGE -> true;
              case REQUEST_PUT -> readsRow(op.getRequestPut());
              case REQUEST_DELETE_RANGE -> readsRow(op.getRequestDeleteRange());
              case REQUEST_TXN, REQUEST_NOT_SET -> false;
            };
        if (reads) {
          return true;
        }
      }
      return nested.stream().anyMatch(Path::readsRows);
    }
  }

  private static boolean comparesRows(TxnRequest request) {
    return request.getCompareList().stream().anyMatch(Comparison::needsRows)
        || comparesRows(request.getSuccessList())
        || comparesRows(request.getFailureList());
  }

  private static boolean comparesRows(List<RequestOp> ops) {
    return ops.stream().anyMatch(op -> op.hasRequestTxn() && comparesRows(op.getRequestTxn()));
  }

  private static boolean readsRow(PutRequest put) {
    return put.getPrevKv() || put.getIgnoreValue();
  }

  private static boolean readsRow(DeleteRangeRequest delete) {
    return delete.getPrevKv() || !delete.getRangeEnd().isEmpty();
  }

  private static boolean keepsSomething(PutRequest put) {
    return put.getIgnoreValue() || put.getIgnoreLease();
  }

  private static Path decide(TxnRequest request, RowSource rows) {
    boolean succeeded = true;
    for (Compare compare : request.getCompareList()) {
      if (!Comparison.holds(compare, rows)) {
        succeeded = false;
        break;
      }
    }
    List<RequestOp> ops = succeeded ? request.getSuccessList() : request.getFailureList();
    List<Path> nested = new ArrayList<>(0);
    for (RequestOp op : ops) {
      if (op.hasRequestTxn()) {
        nested.add(decide(op.getRequestTxn(), rows));
      }
    }
    return new Path(succeeded, ops, nested);
  }

  /** All puts come first, then all ranges: which error is told depends on it. */
  private void check(Path path, RowSource rows) throws KvException {
    checkPuts(path, rows);
    checkRanges(path, rows);
  }

  private void checkPuts(Path path, RowSource rows) throws KvException {
    int nested = 0;
    for (RequestOp op : path.ops) {
      if (op.hasRequestPut()) {
        check(op.getRequestPut(), rows);
      } else if (op.hasRequestTxn()) {
        checkPuts(path.nested.get(nested++), rows);
      }
    }
  }

  private static void checkRanges(Path path, RowSource rows) throws KvException {
    int nested = 0;
    for (RequestOp op : path.ops) {
      if (op.hasRequestRange()) {
        checkRevision(rows, op.getRequestRange().getRevision());
      } else if (op.hasRequestTxn()) {
        checkRanges(path.nested.get(nested++), rows);
      }
    }
  }

  /** Stricter than for a plain range: a negative revision is a compacted one, not the newest. */
  private static void checkRevision(RowSource rows, long revision) throws KvException {
    if (revision < 0 && revision < rows.compactRevision()) {
      throw new KvException(KvError.COMPACTED);
    }
    RangeReader.checkRevision(rows, revision);
  }

  private void check(PutRequest put, RowSource rows) throws KvException {
    if (keepsSomething(put) && rows.metadata(put.getKey()).createRevision() == 0) {
      throw new KvException(KvError.KEY_NOT_FOUND);
    }
    if (put.getLease() != 0 && !leaseExists.test(put.getLease())) {
      throw new KvException(KvError.LEASE_NOT_FOUND);
    }
  }

  private TxnResult run(Path path, WriteTxn txn, AnswerBudget budget) throws KvException {
    List<OpResult> responses = new ArrayList<>(path.ops.size());
    int nested = 0;
    for (RequestOp op : path.ops) {
      responses.add(
          switch (op.getRequestCase()) {
            case REQUEST_RANGE -> RangeReader.read(txn, op.getRequestRange(), budget);
            case REQUEST_PUT -> doPut(txn, op.getRequestPut());
            case REQUEST_DELETE_RANGE -> doDelete(txn, op.getRequestDeleteRange(), budget);
            case REQUEST_TXN -> run(path.nested.get(nested++), txn, budget);
            case REQUEST_NOT_SET ->
                throw new IllegalStateException("an empty operation passed the checks");
          });
    }
    return new TxnResult(txn.headerRevision(), path.succeeded, responses);
  }

  private static PutResult doPut(WriteTxn txn, PutRequest request) {
    ByteString key = request.getKey();
    Row previous = readsRow(request) ? txn.get(key.toByteArray()) : null;
    ByteString value = request.getValue();
    if (request.getIgnoreValue() && previous != null) {
      value = previous.value();
    }
    long lease = request.getIgnoreLease() ? txn.metadata(key).lease() : request.getLease();
    txn.put(key, value, lease);
    return new PutResult(
        txn.headerRevision(), request.getPrevKv() && previous != null ? previous.keyValue() : null);
  }

  private static DeleteResult doDelete(
      WriteTxn txn, DeleteRangeRequest request, AnswerBudget budget) {
    KeyValues previous = request.getPrevKv() ? new KeyValues(4, budget) : KeyValues.NONE;
    long deleted = 0;
    if (!readsRow(request)) {
      if (txn.exists(request.getKey())) {
        txn.delete(request.getKey());
        deleted = 1;
      }
      return new DeleteResult(txn.headerRevision(), deleted, previous);
    }
    KeyRange range = KeyRange.of(request.getKey(), request.getRangeEnd());
    try (RowCursor cursor = txn.rows(range, false)) {
      for (Row row = cursor.next(); row != null; row = cursor.next()) {
        if (request.getPrevKv()) {
          previous.add(row.bytes(), row.keyValueOffset());
        }
        txn.delete(UnsafeByteOperations.unsafeWrap(row.key()));
        deleted++;
      }
    }
    return new DeleteResult(txn.headerRevision(), deleted, previous);
  }
}
