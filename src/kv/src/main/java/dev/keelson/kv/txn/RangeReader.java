package dev.keelson.kv.txn;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.KeyRange;
import dev.keelson.kv.mvcc.Row;
import dev.keelson.kv.mvcc.RowCursor;
import dev.keelson.kv.mvcc.RowSource;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortTarget;
import java.util.Comparator;

/**
 * Answers a Range: visible rows in key order, dropped by the four revision filters, sorted, cut at
 * the limit. {@code count} ignores filters and limit.
 */
public final class RangeReader {
  private RangeReader() {}

  /**
   * Reads at the revision the request names.
   *
   * @param budget what the rows may take; past it reading ends and the result is not whole
   * @throws KvException if that revision is compacted or in the future
   */
  public static RangeResult read(RowSource rows, RangeRequest request, AnswerBudget budget)
      throws KvException {
    checkRevision(rows, request.getRevision());
    long at = request.getRevision();
    boolean historic = at > 0 && at < rows.revision();
    return read(rows, request, historic ? at : 0, rows.revision(), budget);
  }

  /** Fails if the revision cannot be read; 0 and less mean the newest. */
  public static void checkRevision(RowSource rows, long revision) throws KvException {
    if (revision > rows.revision()) {
      throw new KvException(KvError.FUTURE_REVISION);
    }
    if (revision > 0 && revision < rows.compactRevision()) {
      throw new KvException(KvError.COMPACTED);
    }
  }

  /**
   * Reads.
   *
   * @param at the older revision to read, or 0 for the newest of {@code rows}
   * @param headerRevision the revision to answer with
   * @param budget what the rows may take; past it reading ends and the result is not whole
   */
  public static RangeResult read(
      RowSource rows, RangeRequest request, long at, long headerRevision, AnswerBudget budget) {
    KeyRange range = KeyRange.of(request.getKey(), request.getRangeEnd());
    if (request.getCountOnly()) {
      long count = at == 0 ? rows.count(range) : rows.countAt(range, at);
      return new RangeResult(headerRevision, KeyValues.NONE, false, count);
    }
    if (range.single()) {
      return single(rows, request, at, headerRevision, range.from(), budget);
    }
    return many(rows, request, at, headerRevision, range, budget);
  }

  private static RangeResult single(
      RowSource rows,
      RangeRequest request,
      long at,
      long headerRevision,
      byte[] key,
      AnswerBudget budget) {
    Row row = at == 0 ? rows.get(key) : rows.getAt(key, at);
    if (row == null) {
      return new RangeResult(headerRevision, KeyValues.NONE, false, 0);
    }
    KeyValues found = new KeyValues(1, budget);
    if (passes(request, row)) {
      add(found, row, request);
    }
    return new RangeResult(headerRevision, found, false, 1);
  }

  private static RangeResult many(
      RowSource rows,
      RangeRequest request,
      long at,
      long headerRevision,
      KeyRange range,
      AnswerBudget budget) {
    long limit = limit(request);
    boolean cutFirst = limitsBeforeSorting(request) && limit < Long.MAX_VALUE;
    KeyValues found = new KeyValues((int) Math.min(limit, 16), budget);
    SortedRows sorted = null;
    long passedMax = limit;
    if (!inKeyOrder(request, at)) {
      sorted = new SortedRows(comparator(request), cutFirst ? limit + 1 : limit, budget);
      passedMax = cutFirst ? limit + 1 : Long.MAX_VALUE;
    }
    long seen = 0;
    long passed = 0;
    boolean sawAll = true;
    try (RowCursor cursor = cursor(rows, request, range, at)) {
      for (Row row = cursor.next(); row != null; row = cursor.next()) {
        seen++;
        if (!passes(request, row)) {
          continue;
        }
        if (passed++ == passedMax) {
          sawAll = false;
          break;
        }
        boolean room = sorted == null ? add(found, row, request) : sorted.add(row);
        if (!room) {
          return new RangeResult(headerRevision, KeyValues.CUT_OFF, false, 0);
        }
      }
    }
    if (sorted != null) {
      found = sorted.first(limit, request);
    }
    long count = sawAll ? seen : at == 0 ? rows.count(range) : rows.countAt(range, at);
    return new RangeResult(headerRevision, found, passed > limit, count);
  }

  /** Whether rows leave in the order in which they are read, so that none has to wait. */
  static boolean inKeyOrder(RangeRequest request, long at) {
    return request.getSortTarget() == SortTarget.KEY
        && (request.getSortOrder() != SortOrder.DESCEND || at == 0);
  }

  /** Walks the rows of a range, in the order asked for if {@link #inKeyOrder}. */
  static RowCursor cursor(RowSource rows, RangeRequest request, KeyRange range, long at) {
    return at == 0
        ? rows.rows(
            range,
            request.getSortTarget() == SortTarget.KEY
                && request.getSortOrder() == SortOrder.DESCEND)
        : rows.rowsAt(range, at);
  }

  static long limit(RangeRequest request) {
    return request.getLimit() > 0 ? request.getLimit() : Long.MAX_VALUE;
  }

  /**
   * Without an order (and without filters) the limit picks the first rows by key, one more than
   * asked for, and only these are sorted by the target: so does etcd.
   */
  private static boolean limitsBeforeSorting(RangeRequest request) {
    return request.getSortOrder() == SortOrder.NONE
        && request.getMinModRevision() == 0
        && request.getMaxModRevision() == 0
        && request.getMinCreateRevision() == 0
        && request.getMaxCreateRevision() == 0;
  }

  /** Whether the four revision filters let a row pass. */
  static boolean passes(RangeRequest request, Row row) {
    return within(row.modRevision(), request.getMinModRevision(), request.getMaxModRevision())
        && within(
            row.createRevision(), request.getMinCreateRevision(), request.getMaxCreateRevision());
  }

  private static boolean within(long value, long min, long max) {
    return (min == 0 || value >= min) && (max == 0 || value <= max);
  }

  /** Adds a row as it was asked for; false if the budget does not allow it. */
  static boolean add(KeyValues found, Row row, RangeRequest request) {
    return request.getKeysOnly()
        ? found.add(row.keyValueWithoutValue(), 0)
        : found.add(row.bytes(), row.keyValueOffset());
  }

  private static Comparator<Row> comparator(RangeRequest request) {
    Comparator<Row> ascending =
        switch (request.getSortTarget()) {
          case VERSION -> Comparator.comparingLong(Row::version);
          case CREATE -> Comparator.comparingLong(Row::createRevision);
          case MOD -> Comparator.comparingLong(Row::modRevision);
          case VALUE -> Row::compareValue;
          case KEY, UNRECOGNIZED ->
              (left, right) -> java.util.Arrays.compareUnsigned(left.key(), right.key());
        };
    return request.getSortOrder() == SortOrder.DESCEND ? ascending.reversed() : ascending;
  }
}
