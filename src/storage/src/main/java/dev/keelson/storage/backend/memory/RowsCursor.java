package dev.keelson.storage.backend.memory;

import dev.keelson.storage.backend.Cursor;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A walk over one version of the rows; the stack holds the rows still to visit, next on top. */
final class RowsCursor implements Cursor {
  private final Deque<Rows> ahead = new ArrayDeque<>();
  private final byte[] from;
  private final byte @Nullable [] to;
  private final boolean ascending;
  private @Nullable Rows current;
  private boolean closed;

  RowsCursor(@Nullable Rows rows, byte[] from, byte @Nullable [] to, boolean ascending) {
    this.from = from.clone();
    this.to = to == null ? null : to.clone();
    this.ascending = ascending;
    descend(rows);
  }

  /** Goes down to the first row of the walk, remembering those that come after it. */
  private void descend(@Nullable Rows rows) {
    while (rows != null) {
      boolean tooSmall = Arrays.compareUnsigned(rows.key(), from) < 0;
      boolean tooLarge = to != null && Arrays.compareUnsigned(rows.key(), to) >= 0;
      if (tooSmall) {
        rows = rows.right();
      } else if (tooLarge) {
        rows = rows.left();
      } else {
        ahead.push(rows);
        rows = ascending ? rows.left() : rows.right();
      }
    }
  }

  @Override
  public boolean next() {
    if (closed) {
      throw new IllegalStateException("the cursor is closed");
    }
    current = ahead.poll();
    if (current == null) {
      return false;
    }
    descend(ascending ? current.right() : current.left());
    return true;
  }

  @Override
  public byte[] key() {
    return row().key().clone();
  }

  @Override
  public byte[] value() {
    return row().value().clone();
  }

  @Override
  public void close() {
    closed = true;
    current = null;
    ahead.clear();
  }

  private Rows row() {
    if (current == null) {
      throw new IllegalStateException("the cursor is not on a row");
    }
    return current;
  }
}
