package dev.keelson.kv.txn;

import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.KeyRange;
import dev.keelson.kv.mvcc.RowCursor;
import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.mvcc.ViewRows;
import dev.keelson.kv.mvcc.Views;
import dev.keelson.proto.etcdserverpb.RangeRequest;

/** The rows a Range asks for, at a state that stays until this is closed. Not thread-safe. */
final class FrozenRange implements AutoCloseable {
  private final View view;
  private final ViewRows rows;
  private final RangeRequest request;
  private final KeyRange range;
  private final long at;

  /**
   * Freezes the state.
   *
   * @throws KvException if the revision is compacted or in the future
   */
  FrozenRange(Views views, RangeRequest request) throws KvException {
    this.view = views.acquire();
    this.request = request;
    try {
      rows = new ViewRows(view);
      range = KeyRange.of(request.getKey(), request.getRangeEnd());
      RangeReader.checkRevision(rows, request.getRevision());
    } catch (KvException | RuntimeException e) {
      view.close();
      throw e;
    }
    boolean historic = request.getRevision() > 0 && request.getRevision() < view.revision();
    this.at = historic ? request.getRevision() : 0;
  }

  /** The revision of the state, which answers name. */
  long revision() {
    return view.revision();
  }

  /** Walks the rows, in key order, or against it if that was asked for; close it. */
  RowCursor cursor() {
    return RangeReader.cursor(rows, request, range, at);
  }

  /** How many rows there are, whatever filters and limit say. */
  long count() {
    return at == 0 ? rows.count(range) : rows.countAt(range, at);
  }

  @Override
  public void close() {
    view.close();
  }
}
