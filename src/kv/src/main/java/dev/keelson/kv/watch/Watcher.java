package dev.keelson.kv.watch;

import org.jspecify.annotations.Nullable;

/** One watch of one stream. */
final class Watcher {
  private final WatchStream stream;
  private final WatchSpec spec;
  private final long id;
  private final long firstRevision;

  /** Where the watcher is indexed; written only by the loop that owns it. */
  private volatile @Nullable WatchGroup group;

  private int position;

  /**
   * No event below it will be sent again; owned by whichever loop owns the watcher, and by the
   * stream's lock while parked. A live watcher's true position is the delivery loop's, when that is
   * further.
   */
  private long next;

  /** Whether the delivery loop has it; guarded by the stream's lock. */
  private boolean synced;

  /** Whether it ever was live; written while it changes hands between the loops. */
  private boolean wasLive;

  /** Whether it was canceled, compacted away or its stream closed; written under that lock. */
  private volatile boolean dead;

  /** Whether no event went out since the last progress tick; guarded by the stream's lock. */
  private boolean quiet = true;

  Watcher(WatchStream stream, WatchSpec spec, long id, long firstRevision) {
    this.stream = stream;
    this.spec = spec;
    this.id = id;
    this.firstRevision = firstRevision;
    this.next = firstRevision;
  }

  WatchStream stream() {
    return stream;
  }

  WatchSpec spec() {
    return spec;
  }

  long id() {
    return id;
  }

  @Nullable WatchGroup group() {
    return group;
  }

  int position() {
    return position;
  }

  void placed(WatchGroup newGroup, int newPosition) {
    group = newGroup;
    position = newPosition;
  }

  void displaced() {
    group = null;
  }

  /** Leaves the index that has it; for the owner of that index. */
  void leaveIndex() {
    WatchGroup current = group;
    if (current != null) {
      current.index().remove(this);
    }
  }

  long next() {
    return next;
  }

  void next(long revision) {
    next = revision;
  }

  boolean synced() {
    return synced;
  }

  void synced(boolean value) {
    synced = value;
  }

  /** Whether it was live before, so that being late now is back-pressure and not a late start. */
  boolean wasLive() {
    return wasLive;
  }

  void wentLive() {
    wasLive = true;
  }

  boolean dead() {
    return dead;
  }

  void die() {
    dead = true;
  }

  boolean quiet() {
    return quiet;
  }

  void quiet(boolean value) {
    quiet = value;
  }

  /**
   * Whether a progress response at {@code revision} may be sent: not below the start revision the
   * client gave, and not below what its created response already promised.
   */
  boolean mayReport(long revision) {
    return revision >= spec.startRevision() && revision >= firstRevision - 1;
  }
}
