package dev.keelson.kv.txn;

import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.Row;
import dev.keelson.kv.mvcc.RowCursor;
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

  private final FrozenRange frozen;
  private final RangeRequest request;
  private final long targetBytes;
  private @Nullable RowCursor cursor;
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
    this.request = request;
    this.targetBytes = targetBytes;
    this.frozen = new FrozenRange(views, request);
  }

  /** The next piece; not to be called after the last. */
  public Chunk next() {
    long limit = RangeReader.limit(request);
    KeyValues rows = new KeyValues(FIRST_ROWS, AnswerBudget.unlimited());
    RowCursor open = cursor;
    if (open == null && !request.getCountOnly()) {
      open = frozen.cursor();
      cursor = open;
      ahead = open.next();
    }
    while (open != null && ahead != null && sent < limit && rows.size() < rowsPerChunk) {
      RangeReader.add(rows, ahead, request);
      sent++;
      ahead = open.next();
    }
    if (ahead == null || sent >= limit) {
      return new Chunk(
          KeyValues.NONE, new RangeResult(frozen.revision(), rows, ahead != null, frozen.count()));
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
    frozen.close();
  }
}
