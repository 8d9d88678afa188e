package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.WriteBatch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Removes what a compaction made unreachable, in small steps between apply batches. It walks the
 * events up to the compacted revision: each one names the row it superseded, so the cost follows
 * the number of changes, never the number of keys.
 *
 * <p>A deletion at exactly the compacted revision stays until the next compaction, so that a watch
 * from there still delivers it and hashes agree among members (etcd 3.5.16 and later). Steps are
 * idempotent: after a crash the walk starts again at the last finished compaction.
 *
 * <p>Apply thread only.
 */
public final class Compactor {
  private final KvBackend backend;
  private final EventBytes eventBytes;
  private long finished;
  private long target;
  private byte[] position;

  /** While there is something to do. */
  private @Nullable RecentRows passed;

  Compactor(KvBackend backend, EventBytes eventBytes, long finished, long target) {
    this.backend = backend;
    this.eventBytes = eventBytes;
    this.finished = finished;
    this.target = target;
    this.position = StoreKeys.event(Math.max(0, finished), 0);
  }

  /** Whether everything below the compacted revision has been removed. */
  public boolean idle() {
    return finished == target;
  }

  /** The last compaction that was wholly carried out; -1 before the first. */
  public long finishedRevision() {
    return finished;
  }

  /** Raises the revision up to which to remove; all events up to it must be in the backend. */
  void schedule(long at) {
    if (at == target) {
      return;
    }
    if (target > finished) {
      // deletions at the old target were kept; the wider walk must see them again
      byte[] again = StoreKeys.event(target, 0);
      if (Arrays.compareUnsigned(again, position) < 0) {
        position = again;
      }
    }
    target = at;
  }

  /**
   * Removes a little more; no transaction may be open.
   *
   * @param eventsMax how many events to look at, at most
   * @return how many rows were removed
   */
  public int step(int eventsMax) {
    if (idle()) {
      return 0;
    }
    int removed = 0;
    int seen = 0;
    try (WriteBatch batch = backend.batch()) {
      try (Cursor cursor =
          backend.ascending(Families.EVENTS, position, StoreKeys.event(target + 1, 0))) {
        while (seen < eventsMax && cursor.next()) {
          seen++;
          byte[] at = cursor.key();
          byte[] stored = cursor.value();
          Row row = Row.parse(stored);
          if (row.hasPrevious()) {
            Revision previous = row.previous();
            long main = StoreKeys.eventMain(at);
            byte[] superseded = StoreKeys.event(previous.main(), previous.sub());
            eventBytes.removed(bytesOf(superseded, previous));
            batch.delete(Families.EVENTS, superseded);
            batch.delete(
                Families.HISTORY, StoreKeys.history(row.key(), main, StoreKeys.eventSub(at)));
            removed++;
          }
          if (StoreKeys.isDeletion(at) && StoreKeys.eventMain(at) < target) {
            eventBytes.removed(EventBytes.of(at, stored));
            batch.delete(Families.EVENTS, at);
            removed++;
          }
          passed()
              .passed(StoreKeys.eventMain(at), StoreKeys.eventSub(at), EventBytes.of(at, stored));
          position = Arrays.copyOf(at, at.length + 1);
        }
      }
      if (seen < eventsMax) {
        batch.put(Families.META, StoreKeys.FINISHED_COMPACTION, StoreKeys.event(target, 0));
        finished = target;
        position = StoreKeys.event(target, 0);
        passed = null;
      }
      if (batch.count() > 0) {
        eventBytes.writeTo(batch);
        backend.write(batch);
      }
    }
    return removed;
  }

  /** What a row takes that is to be removed; 0 if it has been, before a crash. */
  private int bytesOf(byte[] event, Revision at) {
    int known = passed().take(at);
    if (known >= 0) {
      return known;
    }
    byte[] stored = backend.get(Families.EVENTS, event);
    return stored == null ? 0 : EventBytes.of(event, stored);
  }

  private RecentRows passed() {
    RecentRows rows = passed;
    if (rows == null) {
      rows = new RecentRows();
      passed = rows;
    }
    return rows;
  }
}
