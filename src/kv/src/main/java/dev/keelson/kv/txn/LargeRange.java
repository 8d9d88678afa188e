package dev.keelson.kv.txn;

import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.Row;
import dev.keelson.kv.mvcc.RowCursor;
import dev.keelson.kv.mvcc.Views;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import org.jspecify.annotations.Nullable;

/**
 * A range whose rows are too many to be held: they are read from a frozen state piece by piece, as
 * often as needed, for example to be measured before they are sent. Not thread-safe; may be handed
 * from thread to thread.
 */
public final class LargeRange implements AutoCloseable {
  private static final int PIECE_BYTES = 256 << 10;

  private final FrozenRange frozen;
  private final RangeRequest request;
  private @Nullable RowCursor cursor;
  private long seen;
  private long passed;
  private boolean ended;

  /**
   * Freezes the state; close it.
   *
   * @param request one that is {@link #served}
   * @throws KvException if the revision is compacted or in the future
   */
  public LargeRange(Views views, RangeRequest request) throws KvException {
    this.frozen = new FrozenRange(views, request);
    this.request = request;
  }

  /** Whether a request's rows leave in the order in which they are read. */
  public static boolean served(RangeRequest request) {
    return RangeReader.inKeyOrder(request, request.getRevision());
  }

  /** The next rows; none at the end, after which {@link #rest} tells the rest. */
  public KeyValues next() {
    KeyValues piece = new KeyValues(16, AnswerBudget.unlimited());
    if (ended) {
      return piece;
    }
    RowCursor open = cursor;
    if (open == null) {
      open = frozen.cursor();
      cursor = open;
    }
    while (piece.sizeBytes() < PIECE_BYTES) {
      Row row = open.next();
      if (row == null) {
        ended = true;
        break;
      }
      seen++;
      if (RangeReader.passes(request, row)) {
        if (passed++ == RangeReader.limit(request)) {
          ended = true;
          break;
        }
        RangeReader.add(piece, row, request);
      }
    }
    return piece;
  }

  /** What an answer says beside its rows; to be asked once {@link #next} has come to the end. */
  public RangeResult rest() {
    boolean more = passed > RangeReader.limit(request);
    long count = more ? frozen.count() : seen;
    return new RangeResult(frozen.revision(), KeyValues.NONE, more, count);
  }

  /** Begins again with the first row. */
  public void rewind() {
    closeCursor();
    seen = 0;
    passed = 0;
    ended = false;
  }

  private void closeCursor() {
    RowCursor open = cursor;
    cursor = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() {
    closeCursor();
    frozen.close();
  }
}
