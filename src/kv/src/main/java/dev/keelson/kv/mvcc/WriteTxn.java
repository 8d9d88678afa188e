package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import dev.keelson.storage.backend.WriteBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on the apply thread: all its changes share one main revision and count up
 * sub-revisions in the order of execution. Reads through it see its own earlier changes.
 *
 * <p>The caller decides everything that can fail before the first change; from then on nothing is
 * undone.
 */
public final class WriteTxn implements RowSource {
  /**
   * Events of one transaction that are kept in memory, in bytes. What is more can be read from the
   * event log: a deletion of a million keys must not need a heap for a million events.
   */
  private static final long EVENT_BYTES_MAX = 8 << 20;

  private final MvccStore store;
  private final long main;
  private final List<Event> events = new ArrayList<>(1);
  private @Nullable NavigableMap<byte[], Row> overlay;
  private Reads reads = Reads.METADATA;
  private long changes;
  private long eventBytes;
  private boolean large;

  /** What is read through the transaction besides metadata. */
  private enum Reads {
    METADATA,
    /** Rows, before anything is changed. */
    ROWS_BEFORE,
    /** Rows at any time. */
    ROWS
  }

  WriteTxn(MvccStore store, long main) {
    this.store = store;
    this.main = main;
  }

  /**
   * Says that rows will be read through this transaction (ranges, previous values), not only
   * metadata. Must come before the first change.
   */
  public void willRead() {
    announce(Reads.ROWS);
    if (overlay == null) {
      overlay = new TreeMap<>(Arrays::compareUnsigned);
    }
  }

  /**
   * Says that rows will be read through this transaction, but only as they were before its first
   * change, and that no key will be changed twice. Must come before the first change.
   */
  public void willReadBefore() {
    announce(Reads.ROWS_BEFORE);
  }

  private void announce(Reads what) {
    if (changes > 0) {
      throw new IllegalStateException("reads announced after " + changes + " changes");
    }
    if (what.compareTo(reads) > 0) {
      reads = what;
      store.writeThrough();
    }
  }

  /** The revision this transaction's changes get. */
  public long changeRevision() {
    return main;
  }

  /** Whether anything changed so far. */
  public boolean changed() {
    return changes > 0;
  }

  /** The revision to answer with at this point: the new one once something changed. */
  public long headerRevision() {
    return changed() ? main : main - 1;
  }

  /** Whether the key exists at this point of the transaction. */
  public boolean exists(ByteString key) {
    return store.meta(key).exists();
  }

  @Override
  public Metadata metadata(ByteString key) {
    KeyMeta meta = store.meta(key);
    return new Metadata(meta.createRevision, meta.main, meta.version, meta.lease);
  }

  /** Puts a value; the key's lease becomes {@code lease}, 0 for none. */
  public void put(ByteString key, ByteString value, long lease) {
    KeyMeta meta = store.meta(key);
    byte[] keyBytes = key.toByteArray();
    long sub = changes++;
    Revision previous = meta.revision();
    long create = meta.exists() ? meta.createRevision : main;
    byte[] stored =
        Row.encodePut(sub, previous, keyBytes, create, main, meta.version + 1, value, lease);
    WriteBatch batch = store.batch();
    batch.put(Families.CURRENT, keyBytes, stored);
    event(batch, StoreKeys.event(main, sub), stored);
    if (meta.exists()) {
      supersede(batch, keyBytes, meta, sub);
    } else {
      store.counts().inserted(keyBytes);
    }
    moveLease(batch, keyBytes, meta.lease, lease);
    byte[] keyValue = Arrays.copyOfRange(stored, Row.keyValueOffset(stored), stored.length);
    publish(false, keyBytes, sub, keyValue, create, meta);
    meta.createRevision = create;
    meta.main = main;
    meta.sub = sub;
    meta.version++;
    meta.lease = lease;
    store.changed(key, meta);
    if (overlay != null) {
      overlay.put(keyBytes, Row.parse(stored));
    }
  }

  private void event(WriteBatch batch, byte[] at, byte[] stored) {
    batch.put(Families.EVENTS, at, stored);
    store.eventBytes().added(at, stored);
  }

  /** Deletes a key that exists. */
  public void delete(ByteString key) {
    KeyMeta meta = store.meta(key);
    if (!meta.exists()) {
      throw new IllegalStateException("deleting a key that does not exist");
    }
    byte[] keyBytes = key.toByteArray();
    long sub = changes++;
    Revision previous = meta.revision();
    byte[] stored = Row.encodeDeletion(sub, previous, keyBytes);
    WriteBatch batch = store.batch();
    batch.delete(Families.CURRENT, keyBytes);
    event(batch, StoreKeys.deletion(main, sub), stored);
    supersede(batch, keyBytes, meta, sub);
    store.counts().deleted(keyBytes);
    moveLease(batch, keyBytes, meta.lease, 0);
    publish(true, keyBytes, sub, Row.deletionKeyValue(keyBytes, main), 0, meta);
    meta.clear();
    if (large && reads == Reads.ROWS_BEFORE) {
      store.changedMany(key, meta); // nothing looks at this key again before the batch is written
    } else {
      store.changed(key, meta);
    }
    if (overlay != null) {
      overlay.put(keyBytes, Row.parse(stored));
    }
  }

  /** Ends the transaction; its changes are part of the open batch. */
  public void end() {
    if (changed()) {
      store.finish(main, events, eventBytes);
    }
  }

  private void publish(
      boolean deletion, byte[] key, long sub, byte[] keyValue, long create, KeyMeta before) {
    if (sub == 0) {
      store.digest().fold(main);
    }
    store.digest().fold(keyValue);
    if (large) {
      return;
    }
    Event event =
        new Event(deletion, key, main, sub, keyValue, create, beforeTransaction(key, before));
    events.add(event);
    eventBytes += event.sizeBytes();
    if (eventBytes > EVENT_BYTES_MAX) {
      large = true;
      eventBytes = 0;
      events.clear();
    }
  }

  /**
   * The row that was visible when the transaction began; watchers are shown no state in between.
   */
  private Revision beforeTransaction(byte[] key, KeyMeta meta) {
    return meta.main == main ? Event.firstOf(events, key).previous() : meta.revision();
  }

  private void supersede(WriteBatch batch, byte[] key, KeyMeta meta, long sub) {
    batch.put(
        Families.HISTORY,
        StoreKeys.history(key, main, sub),
        StoreKeys.pointer(meta.main, meta.sub));
  }

  private static void moveLease(WriteBatch batch, byte[] key, long from, long to) {
    if (from == to) {
      return;
    }
    if (from != 0) {
      batch.delete(Families.LEASE_KEYS, StoreKeys.leaseKey(from, key));
    }
    if (to != 0) {
      batch.put(Families.LEASE_KEYS, StoreKeys.leaseKey(to, key), new byte[0]);
    }
  }

  // --- reads: the backend below, this transaction's changes above

  private NavigableMap<byte[], Row> ownChanges() {
    if (overlay != null) {
      return overlay;
    }
    if (reads == Reads.ROWS_BEFORE && changes == 0) {
      return Collections.emptyNavigableMap();
    }
    throw new IllegalStateException("a read that was not announced");
  }

  @Override
  public long revision() {
    return headerRevision();
  }

  @Override
  public long compactRevision() {
    return store.compactRevision();
  }

  @Override
  public @Nullable Row get(byte[] key) {
    Row own = ownChanges().get(key);
    if (own != null) {
      return own.isDeletion() ? null : own;
    }
    byte[] stored = store.backend().get(Families.CURRENT, key);
    return stored == null ? null : Row.parse(stored);
  }

  @Override
  public RowCursor rows(KeyRange range, boolean descending) {
    RowCursor below = new CurrentCursor(store.backend(), range, descending);
    if (range.isEmpty() || ownChanges().isEmpty()) {
      return below;
    }
    byte[] to = range.to();
    Map<byte[], Row> own =
        to == null
            ? ownChanges().tailMap(range.from(), true)
            : ownChanges().subMap(range.from(), true, to, false);
    TreeMap<byte[], Row> frozen =
        new TreeMap<>(
            descending
                ? (left, right) -> Arrays.compareUnsigned(right, left)
                : (left, right) -> Arrays.compareUnsigned(left, right));
    frozen.putAll(own);
    return new OverlayCursor(below, frozen);
  }

  @Override
  public long count(KeyRange range) {
    if (ownChanges().isEmpty()) {
      store.counts().settle(store.backend());
      return store.counts().freeze().count(store.backend(), range);
    }
    long count = 0;
    try (RowCursor cursor = rows(range, false)) {
      while (cursor.next() != null) {
        count++;
      }
    }
    return count;
  }

  // The history up to the revision before this transaction is wholly in the backend.

  @Override
  public @Nullable Row getAt(byte[] key, long revision) {
    return HistoryCursor.find(store.backend(), key, revision);
  }

  @Override
  public RowCursor rowsAt(KeyRange range, long revision) {
    return new HistoryCursor(store.backend(), range, revision);
  }

  @Override
  public long countAt(KeyRange range, long revision) {
    long count = 0;
    try (RowCursor cursor = rowsAt(range, revision)) {
      while (cursor.next() != null) {
        count++;
      }
    }
    return count;
  }
}
