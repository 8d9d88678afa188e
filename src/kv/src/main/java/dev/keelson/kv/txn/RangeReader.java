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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers a Range: visible rows in key order, dropped by the four revision filters, sorted, cut at
 * the limit. {@code count} ignores filters and limit.
 */
public final class RangeReader {
  private RangeReader() {}

  /**
   * Reads at the revision the request names.
   *
   * @throws KvException if that revision is compacted or in the future
   */
  public static RangeResult read(RowSource rows, RangeRequest request) throws KvException {
    checkRevision(rows, request.getRevision());
    long at = request.getRevision();
    boolean historic = at > 0 && at < rows.revision();
    return read(rows, request, historic ? at : 0, rows.revision());
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
   */
  public static RangeResult read(
      RowSource rows, RangeRequest request, long at, long headerRevision) {
    KeyRange range = KeyRange.of(request.getKey(), request.getRangeEnd());
    if (request.getCountOnly()) {
      long count = at == 0 ? rows.count(range) : rows.countAt(range, at);
      return new RangeResult(headerRevision, KeyValues.NONE, false, count);
    }
    if (range.single()) {
      return single(rows, request, at, headerRevision, range.from());
    }
    return many(rows, request, at, headerRevision, range);
  }

  private static RangeResult single(
      RowSource rows, RangeRequest request, long at, long headerRevision, byte[] key) {
    Row row = at == 0 ? rows.get(key) : rows.getAt(key, at);
    if (row == null) {
      return new RangeResult(headerRevision, KeyValues.NONE, false, 0);
    }
    KeyValues found = new KeyValues(1);
    if (passes(request, row)) {
      add(found, row, request);
    }
    return new RangeResult(headerRevision, found, false, 1);
  }

  private static RangeResult many(
      RowSource rows, RangeRequest request, long at, long headerRevision, KeyRange range) {
    boolean byKey = request.getSortTarget() == SortTarget.KEY;
    boolean descending = request.getSortOrder() == SortOrder.DESCEND;
    boolean walkDown = byKey && descending && at == 0;
    Comparator<Row> order = byKey && (walkDown || !descending) ? null : comparator(request);
    long limit = request.getLimit() > 0 ? request.getLimit() : Long.MAX_VALUE;
    KeyValues found = new KeyValues((int) Math.min(limit, 16));
    List<Row> unsorted = new ArrayList<>();
    long collectedMax =
        limitsBeforeSorting(request) && limit < Long.MAX_VALUE ? limit + 1 : Long.MAX_VALUE;
    long seen = 0;
    boolean more = false;
    boolean sawAll = true;
    try (RowCursor cursor = at == 0 ? rows.rows(range, walkDown) : rows.rowsAt(range, at)) {
      for (Row row = cursor.next(); row != null; row = cursor.next()) {
        seen++;
        if (!passes(request, row)) {
          continue;
        }
        if (order != null) {
          if (unsorted.size() == collectedMax) {
            sawAll = false;
            break;
          }
          unsorted.add(row);
        } else if (found.size() == limit) {
          more = true;
          sawAll = false;
          break;
        } else {
          add(found, row, request);
        }
      }
    }
    if (order != null) {
      unsorted.sort(order);
      for (Row row : unsorted) {
        if (found.size() == limit) {
          more = true;
          break;
        }
        add(found, row, request);
      }
    }
    long count = sawAll ? seen : at == 0 ? rows.count(range) : rows.countAt(range, at);
    return new RangeResult(headerRevision, found, more, count);
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

  private static boolean passes(RangeRequest request, Row row) {
    return within(row.modRevision(), request.getMinModRevision(), request.getMaxModRevision())
        && within(
            row.createRevision(), request.getMinCreateRevision(), request.getMaxCreateRevision());
  }

  private static boolean within(long value, long min, long max) {
    return (min == 0 || value >= min) && (max == 0 || value <= max);
  }

  private static void add(KeyValues found, Row row, RangeRequest request) {
    if (request.getKeysOnly()) {
      found.add(row.keyValueWithoutValue(), 0);
    } else {
      found.add(row.bytes(), row.keyValueOffset());
    }
  }

  private static @Nullable Comparator<Row> comparator(RangeRequest request) {
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
