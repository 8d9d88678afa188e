package dev.keelson.kv.txn;

import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.mvcc.ViewRows;
import dev.keelson.kv.mvcc.Views;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import org.jspecify.annotations.Nullable;

/** Serves ranges from views, and remembers the view of a client that pages. */
public final class ViewReader {
  private ViewReader() {}

  /**
   * Reads a range. An older revision that some client pages through is read from the view kept for
   * it.
   *
   * @param budget what the rows may take; past it the result is not whole
   * @throws KvException if the revision is compacted or in the future
   */
  public static RangeResult range(Views views, RangeRequest request, AnswerBudget budget)
      throws KvException {
    try (View view = views.acquire()) {
      ViewRows rows = new ViewRows(view);
      long at = request.getRevision();
      RangeReader.checkRevision(rows, at);
      if (at <= 0 || at == view.revision()) {
        RangeResult result = RangeReader.read(rows, request, 0, view.revision(), budget);
        if (result.more()) {
          views.keepForPaging(view);
        }
        return result;
      }
      try (@Nullable View paged = views.acquireAt(at)) {
        return paged == null
            ? RangeReader.read(rows, request, at, view.revision(), budget)
            : RangeReader.read(new ViewRows(paged), request, 0, view.revision(), budget);
      }
    }
  }
}
