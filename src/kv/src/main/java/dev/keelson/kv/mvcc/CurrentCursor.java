package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Reader;
import org.jspecify.annotations.Nullable;

/** Walks the live rows of a range: one sequential scan. */
final class CurrentCursor implements RowCursor {
  private final @Nullable Cursor cursor;

  CurrentCursor(Reader reader, KeyRange range, boolean descending) {
    if (range.isEmpty()) {
      cursor = null;
    } else if (descending) {
      cursor = reader.descending(Families.CURRENT, range.from(), range.to());
    } else {
      cursor = reader.ascending(Families.CURRENT, range.from(), range.to());
    }
  }

  @Override
  public @Nullable Row next() {
    return cursor != null && cursor.next() ? Row.parse(cursor.value()) : null;
  }

  @Override
  public void close() {
    if (cursor != null) {
      cursor.close();
    }
  }
}
