package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads past events from the newest view. */
final class StoreEventLog implements EventLog {
  private final Views views;

  StoreEventLog(Views views) {
    this.views = views;
  }

  @Override
  public long currentRevision() {
    try (View view = views.acquire()) {
      return view.revision();
    }
  }

  @Override
  public long compactRevision() {
    try (View view = views.acquire()) {
      return view.compactRevision();
    }
  }

  @Override
  public List<RevisionEvents> read(
      long from, int maxRevisions, long maxBytes, Predicate<byte[]> wanted)
      throws CompactedException {
    try (View view = views.acquire()) {
      if (from < view.compactRevision()) {
        throw new CompactedException(view.compactRevision());
      }
      List<RevisionEvents> result = new ArrayList<>();
      List<Event> open = new ArrayList<>();
      long openRevision = 0;
      long openSize = 0;
      long total = 0;
      try (Cursor cursor =
          view.reader()
              .ascending(
                  Families.EVENTS,
                  StoreKeys.event(from, 0),
                  StoreKeys.event(view.revision() + 1, 0))) {
        while (cursor.next()) {
          byte[] at = cursor.key();
          long main = StoreKeys.eventMain(at);
          if (main != openRevision && openRevision != 0) {
            result.add(new RevisionEvents(openRevision, open, openSize));
            total += openSize;
            open = new ArrayList<>();
            openSize = 0;
            if (result.size() == maxRevisions || total >= maxBytes) {
              return result;
            }
          }
          openRevision = main;
          Row row = Row.parse(cursor.value());
          if (wanted.test(row.key())) {
            Event event = event(at, row, open, view.compactRevision());
            open.add(event);
            openSize += event.sizeBytes();
          }
        }
      }
      if (openRevision != 0) {
        result.add(new RevisionEvents(openRevision, open, openSize));
      }
      return result;
    }
  }

  private static Event event(byte[] at, Row row, List<Event> before, long compactRevision) {
    long main = StoreKeys.eventMain(at);
    boolean deletion = StoreKeys.isDeletion(at);
    byte[] key = row.key();
    Revision previous = row.previous();
    if (main <= compactRevision) {
      // it belongs to a revision that cannot be read any more, whether it is still there or not
      previous = Revision.NONE;
    } else if (previous.main() == main) {
      // written twice by one transaction: watchers are shown what was there before it
      previous = Event.firstOf(before, key).previous();
    }
    byte[] keyValue = deletion ? Row.deletionKeyValue(key, main) : row.keyValue();
    return new Event(deletion, key, main, row.sub(), keyValue, row.createRevision(), previous);
  }

  @Override
  public byte @Nullable [] keyValueAt(Revision revision) {
    try (View view = views.acquire()) {
      byte[] stored =
          view.reader().get(Families.EVENTS, StoreKeys.event(revision.main(), revision.sub()));
      return stored == null ? null : Row.parse(stored).keyValue();
    }
  }
}
