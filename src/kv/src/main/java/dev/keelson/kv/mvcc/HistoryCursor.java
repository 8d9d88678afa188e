package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Reader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks a range as it was at an older revision R: for each key the live row if it is not newer than
 * R, else the row whose superseding change is the first after R, if that row is not newer than R. A
 * key that was deleted and not put again has no live row; a key that did not exist at R has no such
 * superseded row.
 */
final class HistoryCursor implements RowCursor {
  private final Reader reader;
  private final long revision;
  private final @Nullable Cursor live;
  private final @Nullable Cursor superseded;
  private @Nullable Row liveRow;
  private byte @Nullable [] liveKey;
  private byte @Nullable [] oldKey;
  private @Nullable Revision oldRow;

  HistoryCursor(Reader reader, KeyRange range, long revision) {
    this.reader = reader;
    this.revision = revision;
    if (range.isEmpty()) {
      live = null;
      superseded = null;
      return;
    }
    byte[] to = range.to();
    live = reader.ascending(Families.CURRENT, range.from(), to);
    superseded =
        reader.ascending(
            Families.HISTORY,
            StoreKeys.historyFrom(range.from()),
            to == null ? null : StoreKeys.historyFrom(to));
    advanceLive();
    advanceOld(null);
  }

  /** The row of one key at {@code revision}, or null. */
  static @Nullable Row find(Reader reader, byte[] key, long revision) {
    byte[] stored = reader.get(Families.CURRENT, key);
    if (stored != null) {
      Row row = Row.parse(stored);
      if (row.modRevision() <= revision) {
        return row;
      }
    }
    byte[] from = StoreKeys.history(key, revision + 1, 0);
    byte[] to = StoreKeys.history(key, Long.MAX_VALUE, Long.MAX_VALUE);
    try (Cursor cursor = reader.ascending(Families.HISTORY, from, to)) {
      if (cursor.next()) {
        Revision old = StoreKeys.pointer(cursor.value());
        if (old.main() <= revision) {
          return event(reader, old);
        }
      }
    }
    return null;
  }

  private static Row event(Reader reader, Revision at) {
    byte[] stored = reader.get(Families.EVENTS, StoreKeys.event(at.main(), at.sub()));
    if (stored == null) {
      throw new IllegalStateException("history points to a missing event at " + at);
    }
    return Row.parse(stored);
  }

  @Override
  public @Nullable Row next() {
    while (liveKey != null || oldKey != null) {
      int order = compareHeads();
      if (order <= 0) {
        byte[] key = liveKey;
        Row row = liveRow;
        advanceLive();
        if (row != null && row.modRevision() <= revision) {
          if (order == 0) {
            advanceOld(key);
          }
          return row;
        }
        if (order < 0) {
          continue;
        }
      }
      Revision old = oldRow;
      advanceOld(oldKey);
      if (old != null && old.main() <= revision) {
        return event(reader, old);
      }
    }
    return null;
  }

  private int compareHeads() {
    if (liveKey == null) {
      return 1;
    }
    return oldKey == null ? -1 : Arrays.compareUnsigned(liveKey, oldKey);
  }

  private void advanceLive() {
    if (live != null && live.next()) {
      liveRow = Row.parse(live.value());
      liveKey = live.key();
    } else {
      liveRow = null;
      liveKey = null;
    }
  }

  /**
   * Moves to the first row superseded after the wanted revision, of another key than {@code done}.
   */
  private void advanceOld(byte @Nullable [] done) {
    while (superseded != null && superseded.next()) {
      byte[] composite = superseded.key();
      if (StoreKeys.historySupersededMain(composite) <= revision) {
        continue;
      }
      byte[] key = StoreKeys.historyUserKey(composite);
      if (done == null || !Arrays.equals(key, done)) {
        oldKey = key;
        oldRow = StoreKeys.pointer(superseded.value());
        return;
      }
    }
    oldKey = null;
    oldRow = null;
  }

  @Override
  public void close() {
    if (live != null) {
      live.close();
    }
    if (superseded != null) {
      superseded.close();
    }
  }
}
