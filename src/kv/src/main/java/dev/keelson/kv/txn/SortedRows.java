package dev.keelson.kv.txn;

import dev.keelson.kv.mvcc.Row;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * The first rows of an order other than the one they come in. Of those that are equal in it the
 * earlier come first. No more are held than are wanted, so that the newest of a million keys takes
 * the memory of one.
 */
final class SortedRows {
  private final Comparator<Numbered> order;
  private final PriorityQueue<Numbered> lastFirst;
  private final long wanted;
  private final AnswerBudget budget;
  private long added;

  private record Numbered(Row row, long number) {
    int bytes() {
      return row.bytes().length;
    }
  }

  /** Sorts by {@code order}, of which the first {@code wanted} count. */
  SortedRows(Comparator<Row> order, long wanted, AnswerBudget budget) {
    this.order = Comparator.comparing(Numbered::row, order).thenComparingLong(Numbered::number);
    this.lastFirst = new PriorityQueue<>(this.order.reversed());
    this.wanted = wanted;
    this.budget = budget;
  }

  /** Adds a row; false if the budget does not allow it. */
  boolean add(Row row) {
    Numbered next = new Numbered(row, added++);
    if (lastFirst.size() == wanted) {
      Numbered last = lastFirst.element();
      if (order.compare(next, last) > 0) {
        return true;
      }
      lastFirst.remove();
      budget.giveBack(last.bytes());
    }
    lastFirst.add(next);
    return budget.take(next.bytes());
  }

  /** The first rows, as the request wants them. */
  KeyValues first(long limit, RangeRequest request) {
    // counted when they were added
    KeyValues found =
        new KeyValues((int) Math.min(limit, lastFirst.size()), AnswerBudget.unlimited());
    lastFirst.stream()
        .sorted(order)
        .limit(limit)
        .forEach(each -> RangeReader.add(found, each.row(), request));
    return found;
  }
}
