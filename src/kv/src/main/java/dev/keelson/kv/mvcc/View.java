package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Reader;
import dev.keelson.storage.backend.Snapshot;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The store frozen after one apply batch: everything at {@link #revision} and older. Shared by many
 * readers; the last one to {@link #close} releases it.
 */
public final class View implements AutoCloseable {
  private final Snapshot snapshot;
  private final KeyCounts counts;
  private final long revision;
  private final long compactRevision;
  private final AtomicInteger users = new AtomicInteger(1);

  View(Snapshot snapshot, KeyCounts counts, long revision, long compactRevision) {
    this.snapshot = snapshot;
    this.counts = counts;
    this.revision = revision;
    this.compactRevision = compactRevision;
  }

  /** The newest revision in this view. */
  public long revision() {
    return revision;
  }

  /** The compaction in force when it was taken; -1 before the first. */
  public long compactRevision() {
    return compactRevision;
  }

  /** The frozen rows. */
  public Reader reader() {
    return snapshot;
  }

  KeyCounts counts() {
    return counts;
  }

  /** Users beside the one that keeps it. */
  int readers() {
    return Math.max(0, users.get() - 1);
  }

  /** Adds a user; false when the view has been released already. */
  boolean retain() {
    int now = users.get();
    while (now > 0) {
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
      now = users.get();
    }
    return false;
  }

  @Override
  public void close() {
    int left = users.decrementAndGet();
    if (left == 0) {
      snapshot.close();
    } else if (left < 0) {
      throw new IllegalStateException("view of revision " + revision + " closed too often");
    }
  }
}
