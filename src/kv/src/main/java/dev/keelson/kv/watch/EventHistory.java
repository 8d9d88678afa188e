package dev.keelson.kv.watch;

import dev.keelson.kv.mvcc.CompactedException;
import dev.keelson.kv.mvcc.Event;
import dev.keelson.kv.mvcc.EventLog;
import dev.keelson.kv.mvcc.Revision;
import dev.keelson.kv.mvcc.RevisionEvents;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Past events wherever they are: in the ring when it still has them, else in the event log. */
final class EventHistory {
  private final EventRing ring;
  private final EventLog log;
  private volatile long compactRevision;

  EventHistory(EventRing ring, EventLog log) {
    this.ring = ring;
    this.log = log;
    this.compactRevision = log.compactRevision();
  }

  EventRing ring() {
    return ring;
  }

  /** The store's current revision; at least what has been published. */
  long currentRevision() {
    return log.currentRevision();
  }

  /** The last compaction announced by apply; -1 before the first. */
  long compactRevision() {
    return compactRevision;
  }

  void compacted(long revision) {
    compactRevision = Math.max(compactRevision, revision);
  }

  /** The store's content was replaced: what is remembered of it is void. */
  void restart() {
    compacted(log.compactRevision());
    ring.restart(log.currentRevision());
  }

  /** As {@link EventLog#read}. */
  List<RevisionEvents> read(long from, int maxRevisions, long maxBytes, Predicate<byte[]> wanted)
      throws CompactedException {
    List<RevisionEvents> recent = ring.read(from, maxRevisions, maxBytes);
    return recent != null ? recent : log.read(from, maxRevisions, maxBytes, wanted);
  }

  /**
   * The row that {@code event} replaced, for prev_kv. Logically it is the key's version at the
   * revision before the event's, so it is absent when that revision has been compacted, whether or
   * not the row is still physically there.
   */
  byte @Nullable [] previous(Event event) {
    if (event.previous().equals(Revision.NONE) || event.main() - 1 < compactRevision) {
      return null;
    }
    byte[] recent = ring.keyValueAt(event.previous());
    return recent != null ? recent : log.keyValueAt(event.previous());
  }
}
