package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Reader;
import java.util.HashMap;
import java.util.Map;

/** Counts the live keys of a range at an older revision. */
final class HistoryCount {
  /**
   * Past this many changes since then, walking the range is taken to be cheaper than walking the
   * changes.
   */
  private static final long CHANGES_MAX = 200_000;

  private HistoryCount() {}

  /**
   * Starts from the count now and takes back what the changes since did: the first change of a key
   * after the revision tells whether it existed then, the last one whether it exists now.
   */
  static long at(Reader reader, KeyRange range, long revision, long newest, long countNow) {
    if (newest - revision > CHANGES_MAX) {
      return walk(reader, range, revision);
    }
    Map<ByteString, Boolean> existedThen = new HashMap<>();
    Map<ByteString, Boolean> existsNow = new HashMap<>();
    try (Cursor cursor =
        reader.ascending(
            Families.EVENTS, StoreKeys.event(revision + 1, 0), StoreKeys.event(newest + 1, 0))) {
      while (cursor.next()) {
        Row row = Row.parse(cursor.value());
        byte[] key = row.key();
        if (range.contains(key)) {
          ByteString name = ByteString.copyFrom(key);
          existedThen.putIfAbsent(name, row.hasPrevious());
          existsNow.put(name, !StoreKeys.isDeletion(cursor.key()));
        }
      }
    }
    return countNow + trues(existedThen) - trues(existsNow);
  }

  private static long trues(Map<ByteString, Boolean> flags) {
    return flags.values().stream().filter(flag -> flag).count();
  }

  private static long walk(Reader reader, KeyRange range, long revision) {
    long count = 0;
    try (HistoryCursor cursor = new HistoryCursor(reader, range, revision)) {
      while (cursor.next() != null) {
        count++;
      }
    }
    return count;
  }
}
