package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Every event since the run began, as a watch over all keys reported it. Tells how many events any
 * other watch has to deliver, so that waiting for them needs no guessing.
 */
final class Journal {
  /** Number of the stream on each side that feeds the journal. */
  static final int STREAM = -1;

  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  private final List<Entry> entries = new ArrayList<>();
  private final long baseRevision;

  /**
   * An empty journal.
   *
   * @param baseRevision the revision after which it begins
   */
  Journal(long baseRevision) {
    this.baseRevision = baseRevision;
  }

  /** The watch to create on {@link #STREAM}. */
  static WatchRequest watchEverything(long startRevision) {
    return WatchRequest.newBuilder()
        .setCreateRequest(
            WatchCreateRequest.newBuilder()
                .setKey(ZERO)
                .setRangeEnd(ZERO)
                .setStartRevision(startRevision)
                .setPrevKv(true))
        .build();
  }

  void append(WatchResponse response) {
    for (Event event : response.getEventsList()) {
      boolean delete = event.getType() == Event.EventType.DELETE;
      entries.add(new Entry(event.getKv().getModRevision(), delete, event.getKv().getKey()));
    }
  }

  int size() {
    return entries.size();
  }

  /** Up to which revision the journal is complete. */
  long lastRevision() {
    return entries.isEmpty() ? baseRevision : entries.getLast().revision();
  }

  /** How many entries from a position on a watch has to report. */
  int matching(WatchCreateRequest watch, int fromPosition) {
    int count = 0;
    for (Entry entry : entries.subList(fromPosition, entries.size())) {
      if (entry.revision() >= watch.getStartRevision()
          && inRange(watch, entry.key())
          && !filtered(watch, entry)) {
        count++;
      }
    }
    return count;
  }

  private static boolean inRange(WatchCreateRequest watch, ByteString key) {
    ByteString from = watch.getKey().isEmpty() ? ZERO : watch.getKey();
    ByteString end = watch.getRangeEnd();
    if (end.isEmpty()) {
      return key.equals(from);
    }
    return ORDER.compare(key, from) >= 0 && (end.equals(ZERO) || ORDER.compare(key, end) < 0);
  }

  private static boolean filtered(WatchCreateRequest watch, Entry entry) {
    return watch
        .getFiltersList()
        .contains(
            entry.delete()
                ? WatchCreateRequest.FilterType.NODELETE
                : WatchCreateRequest.FilterType.NOPUT);
  }

  private record Entry(long revision, boolean delete, ByteString key) {}
}
