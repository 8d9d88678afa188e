package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Reader;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the changes by ascending revision that passes over what a compaction has made
 * obsolete, whether or not it has been removed yet: what a member shows of its store must not
 * depend on how far that has got. Not thread-safe; close it before the view.
 */
public final class KeptEvents implements AutoCloseable {
  private final Reader reader;
  private final Cursor cursor;
  private final long compacted;
  private final long inForceAt;
  private final long deletionsFrom;
  private byte[] event = {};
  private byte @Nullable [] row;

  /**
   * Begins a walk.
   *
   * @param last the last revision to show
   * @param compacted up to this revision changes are examined
   * @param inForceAt of the examined puts only those are shown that nothing replaced or deleted up
   *     to this revision
   * @param deletionsFrom deletions below this revision are not shown
   */
  private KeptEvents(Reader reader, long last, long compacted, long inForceAt, long deletionsFrom) {
    this.reader = reader;
    this.compacted = compacted;
    this.inForceAt = inForceAt;
    this.deletionsFrom = deletionsFrom;
    cursor = reader.scan(Families.EVENTS, StoreKeys.event(0, 0), StoreKeys.event(last + 1, 0));
  }

  /**
   * What the compaction keeps, as {@link Compactor} does: for each key its version at the compacted
   * revision, or its deletion in that very revision, and everything newer.
   */
  public static KeptEvents afterCompaction(View view) {
    long compacted = view.compactRevision();
    byte[] finished = view.reader().get(Families.META, StoreKeys.FINISHED_COMPACTION);
    boolean removed = finished != null && StoreKeys.eventMain(finished) == compacted;
    return new KeptEvents(
        view.reader(), view.revision(), removed ? -1 : compacted, compacted, compacted);
  }

  /**
   * What counts for a hash: the puts of the compacted revision and before that are in force at
   * another revision, and everything newer than the compacted one.
   */
  static KeptEvents inForceAt(View view, long last, long inForceAt) {
    long compacted = view.compactRevision();
    return new KeptEvents(view.reader(), last, compacted, inForceAt, compacted + 1);
  }

  /** Moves to the next change; false when there is none. */
  public boolean next() {
    while (cursor.next()) {
      event = cursor.key();
      row = null;
      if (StoreKeys.eventMain(event) > compacted || isKept()) {
        return true;
      }
    }
    return false;
  }

  private boolean isKept() {
    return StoreKeys.isDeletion(event) ? StoreKeys.eventMain(event) >= deletionsFrom : isInForce();
  }

  private boolean isInForce() {
    byte[] key = Row.parse(row()).key();
    byte[] afterwards =
        StoreKeys.history(key, StoreKeys.eventMain(event), StoreKeys.eventSub(event) + 1);
    try (Cursor superseded =
        reader.ascending(Families.HISTORY, afterwards, StoreKeys.history(key, inForceAt + 1, 0))) {
      return !superseded.next();
    }
  }

  /** The current change's key in etcd's {@code key} bucket. */
  public byte[] key() {
    return event;
  }

  /** Holds the current change's {@code mvccpb.KeyValue}, at the end. */
  public byte[] row() {
    byte[] read = row;
    if (read == null) {
      read = cursor.value();
      row = read;
    }
    return read;
  }

  /** Where in {@link #row} the KeyValue begins. */
  public int keyValueOffset() {
    return Row.keyValueOffset(row());
  }

  @Override
  public void close() {
    cursor.close();
  }
}
