package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Reader;
import java.util.ArrayList;
import java.util.List;
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
  public List<RevisionEvents> read(long from, int maxRevisions, long maxBytes)
      throws CompactedException {
    try (View view = views.acquire()) {
      if (from < view.compactRevision()) {
        throw new CompactedException(view.compactRevision());
      }
      List<RevisionEvents> result = new ArrayList<>();
      List<Event> open = new ArrayList<>();
      long openSize = 0;
      long total = 0;
      try (Cursor cursor =
          view.reader()
              .ascending(
                  Families.EVENTS,
                  StoreKeys.event(from, 0),
                  StoreKeys.event(view.revision() + 1, 0))) {
        while (cursor.next()) {
          Event event = event(view.reader(), cursor.key(), Row.parse(cursor.value()));
          if (!open.isEmpty() && open.getFirst().main() != event.main()) {
            result.add(new RevisionEvents(open.getFirst().main(), open, openSize));
            total += openSize;
            open = new ArrayList<>();
            openSize = 0;
            if (result.size() == maxRevisions || total >= maxBytes) {
              return result;
            }
          }
          open.add(event);
          openSize += event.sizeBytes();
        }
      }
      if (!open.isEmpty()) {
        result.add(new RevisionEvents(open.getFirst().main(), open, openSize));
      }
      return result;
    }
  }

  private static Event event(Reader reader, byte[] at, Row row) {
    long main = StoreKeys.eventMain(at);
    boolean deletion = StoreKeys.isDeletion(at);
    byte[] key = row.key();
    byte[] keyValue = deletion ? Row.deletionKeyValue(key, main) : row.keyValue();
    return new Event(
        deletion,
        key,
        main,
        row.sub(),
        keyValue,
        row.createRevision(),
        beforeTransaction(reader, main, row));
  }

  /** Goes back over rows that the same transaction wrote. */
  private static Revision beforeTransaction(Reader reader, long main, Row row) {
    Revision previous = row.previous();
    while (previous.main() == main) {
      byte[] stored = reader.get(Families.EVENTS, StoreKeys.event(previous.main(), previous.sub()));
      previous = stored == null ? Revision.NONE : Row.parse(stored).previous();
    }
    return previous;
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
