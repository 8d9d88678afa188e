package dev.keelson.kv.txn;

import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.KeyRange;
import dev.keelson.kv.mvcc.Row;
import dev.keelson.kv.mvcc.RowCursor;
import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.mvcc.ViewRows;
import dev.keelson.kv.mvcc.Views;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import org.jspecify.annotations.Nullable;

/**
 * Reads one range of a frozen revision piece by piece. Chunks begin with ten rows; they double
 * while they stay below half the target size and halve above twice of it.
 */
public final class RangeChunks implements AutoCloseable {
  private static final int FIRST_ROWS = 10;

  private final View view;
  private final RangeRequest request;
  private final long targetBytes;
  private final long at;
  private final @Nullable RowCursor cursor;
  private int rowsPerChunk = FIRST_ROWS;
  private long sent;
  private @Nullable Row ahead;

  /**
   * One piece.
   *
   * @param rows the rows of a piece that is not the last
   * @param last the rest with header, count and {@code more}; null unless this is the last piece
   */
  public record Chunk(KeyValues rows, @Nullable RangeResult last) {}

  /**
   * Freezes the state; close it.
   *
   * @throws KvException if the revision is compacted or in the future
   */
  public RangeChunks(Views views, RangeRequest request, long targetBytes) throws KvException {
    this.view = views.acquire();
    this.request = request;
    this.targetBytes = targetBytes;
    try {
      ViewRows rows = new ViewRows(view);
      RangeReader.checkRevision(rows, request.getRevision());
      boolean historic = request.getRevision() > 0 && request.getRevision() < view.revision();
      this.at = historic ? request.getRevision() : 0;
      if (request.getCountOnly()) {
        cursor = null;
      } else {
        cursor = at == 0 ? rows.rows(range(), false) : rows.rowsAt(range(), at);
        ahead = cursor.next();
      }
    } catch (KvException | RuntimeException e) {
      view.close();
      throw e;
    }
  }

  private KeyRange range() {
    return KeyRange.of(request.getKey(), request.getRangeEnd());
  }

  /** The next piece; not to be called after the last. */
  public Chunk next() {
    long limit = RangeReader.limit(request);
    KeyValues rows = new KeyValues(FIRST_ROWS, AnswerBudget.unlimited());
    while (cursor != null && ahead != null && sent < limit && rows.size() < rowsPerChunk) {
      RangeReader.add(rows, ahead, request);
      sent++;
      ahead = cursor.next();
    }
    if (ahead == null || sent >= limit) {
      ViewRows all = new ViewRows(view);
      long count = at == 0 ? all.count(range()) : all.countAt(range(), at);
      return new Chunk(
          KeyValues.NONE, new RangeResult(view.revision(), rows, ahead != null, count));
    }
    if (rows.sizeBytes() < targetBytes / 2) {
      rowsPerChunk *= 2;
    } else if (rows.sizeBytes() > targetBytes * 2 && rowsPerChunk > 1) {
      rowsPerChunk /= 2;
    }
    return new Chunk(rows, null);
  }

  @Override
  public void close() {
    if (cursor != null) {
      cursor.close();
    }
    view.close();
  }
}
