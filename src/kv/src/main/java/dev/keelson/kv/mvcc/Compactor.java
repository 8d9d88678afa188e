package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.WriteBatch;
import java.util.Arrays;

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
  private long finished;
  private long target;
  private byte[] position;

  Compactor(KvBackend backend, long finished, long target) {
    this.backend = backend;
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
   * Removes a little more.
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
          Row row = Row.parse(cursor.value());
          if (row.hasPrevious()) {
            Revision previous = row.previous();
            long main = StoreKeys.eventMain(at);
            batch.delete(Families.EVENTS, StoreKeys.event(previous.main(), previous.sub()));
            batch.delete(
                Families.HISTORY, StoreKeys.history(row.key(), main, StoreKeys.eventSub(at)));
            removed++;
          }
          if (StoreKeys.isDeletion(at) && StoreKeys.eventMain(at) < target) {
            batch.delete(Families.EVENTS, at);
            removed++;
          }
          position = Arrays.copyOf(at, at.length + 1);
        }
      }
      if (seen < eventsMax) {
        batch.put(Families.META, StoreKeys.FINISHED_COMPACTION, StoreKeys.event(target, 0));
        finished = target;
        position = StoreKeys.event(target, 0);
      }
      if (batch.count() > 0) {
        backend.write(batch);
      }
    }
    return removed;
  }
}
