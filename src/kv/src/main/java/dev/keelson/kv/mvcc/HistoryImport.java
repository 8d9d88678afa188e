package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.WriteBatch;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty store from the rows of etcd's {@code key} bucket, given by ascending revision.
 * What etcd rebuilds in memory at each start (the newest version of each key, which version
 * replaced which, the keys of a lease) is derived while they pass and written beside them, with
 * memory for two runs of them however many there are.
 *
 * <p>The first version of a key is known by its {@code version}, so only later versions and
 * deletions look up what was there before.
 */
public final class HistoryImport implements AutoCloseable {
  private final KvBackend backend;
  private final BulkLoad load;
  private final CountIndex counts = new CountIndex();
  private final EventBytes eventBytes = new EventBytes();

  private long revision = MvccStore.FIRST_REVISION;
  private long keys;

  /**
   * Begins.
   *
   * @param backend empty
   * @param writers runs what it is given, several at once if it can
   * @param bytesExpected how many bytes of rows there may be, about
   */
  public HistoryImport(KvBackend backend, Executor writers, long bytesExpected) {
    this.backend = backend;
    load = new BulkLoad(backend, writers, bytesExpected);
  }

  /** The newest revision so far. */
  public long revision() {
    return revision;
  }

  /** How many keys are live at that revision. */
  public long keys() {
    return keys;
  }

  /** Adds a row of another family that belongs to the import. */
  public void put(Family family, byte[] key, byte[] value) {
    load.put(family, key, value);
  }

  /**
   * Adds a row.
   *
   * @param revisionKey the revision, as the bucket's key
   * @param keyValue an encoded {@code mvccpb.KeyValue}
   * @throws IllegalArgumentException if it is not a row of that bucket
   */
  public void add(byte[] revisionKey, byte[] keyValue) {
    ForeignEvent event = ForeignEvent.of(revisionKey, keyValue);
    revision = Math.max(revision, event.main());
    ForeignRow row = event.row();
    if (row != null && event.deletion()) {
      delete(revisionKey, event.main(), event.sub(), row.key());
    } else if (row != null) {
      put(revisionKey, event.main(), event.sub(), row);
    }
  }

  private void put(byte[] at, long main, long sub, ForeignRow row) {
    byte[] key = row.key();
    KeyMeta before = row.version() == 1 ? new KeyMeta() : find(key);
    byte[] stored =
        Row.encodePut(
            sub,
            before.revision(),
            key,
            row.createRevision(),
            main,
            row.version(),
            row.value(),
            row.lease());
    load.put(Families.CURRENT, key, Families.EVENTS, at, stored);
    eventBytes.added(at, stored);
    supersede(key, before, main, sub);
    moveLease(key, before.lease, row.lease());
    if (!before.exists()) {
      keys++;
      counts.loaded(key);
    }
  }

  private void delete(byte[] at, long main, long sub, byte[] key) {
    KeyMeta before = find(key);
    byte[] stored = Row.encodeDeletion(sub, before.revision(), key);
    load.put(Families.EVENTS, at, stored);
    eventBytes.added(at, stored);
    if (before.exists()) {
      load.delete(Families.CURRENT, key);
      supersede(key, before, main, sub);
      moveLease(key, before.lease, 0);
      keys--;
      counts.deleted(key);
    }
  }

  private KeyMeta find(byte[] key) {
    KeyMeta meta = new KeyMeta();
    byte[] stored = load.current(key);
    if (stored != null) {
      meta.read(Row.parse(stored));
    }
    return meta;
  }

  private void supersede(byte[] key, KeyMeta before, long main, long sub) {
    if (before.exists()) {
      load.put(
          Families.HISTORY,
          StoreKeys.history(key, main, sub),
          StoreKeys.pointer(before.main, before.sub));
    }
  }

  private void moveLease(byte[] key, long from, long to) {
    if (from != 0 && from != to) {
      load.delete(Families.LEASE_KEYS, StoreKeys.leaseKey(from, key));
    }
    if (to != 0 && from != to) {
      load.put(Families.LEASE_KEYS, StoreKeys.leaseKey(to, key), new byte[0]);
    }
  }

  /**
   * Compactions of the store that is imported.
   *
   * @param scheduled up to this revision versions are obsolete; -1 for none
   * @param finished up to this revision they have been removed; -1 for none
   */
  public record Compactions(long scheduled, long finished) {
    /** Before the first compaction. */
    public static final Compactions NONE = new Compactions(-1, -1);

    /**
     * Reads the records of etcd's {@code meta} bucket.
     *
     * @throws IllegalArgumentException if one is not a revision
     */
    public static Compactions of(byte @Nullable [] scheduled, byte @Nullable [] finished) {
      return new Compactions(main(scheduled), main(finished));
    }

    private static long main(byte @Nullable [] stored) {
      if (stored == null) {
        return -1;
      }
      StoreKeys.requireEvent(stored);
      return StoreKeys.eventMain(stored);
    }

    /** The revision that reads must not be older than; -1 for none. */
    public long inForce() {
      return Math.max(scheduled, finished);
    }
  }

  /**
   * Ends: writes what is left, and which entry of the log the state stands for.
   *
   * @param bumpBy added to the revision, up to which everything older then is compacted; 0 for no
   *     such change
   */
  public void finish(Compactions compactions, long index, long term, long bumpBy) {
    revision = Math.addExact(Math.max(revision, compactions.inForce()), bumpBy);
    long scheduled = bumpBy > 0 ? revision : compactions.inForce();
    if (scheduled >= 0) {
      load.put(Families.META, StoreKeys.SCHEDULED_COMPACTION, StoreKeys.event(scheduled, 0));
    }
    if (compactions.finished >= 0) {
      load.put(
          Families.META, StoreKeys.FINISHED_COMPACTION, StoreKeys.event(compactions.finished, 0));
    }
    // members restored from the same file begin with the same digest; the revision is one
    load.put(
        Families.META,
        StoreKeys.APPLIED,
        new AppliedPosition(index, term, revision, revision, 0).encode());
    load.put(Families.META, StoreKeys.EVENT_BYTES, eventBytes.encode());
    load.finish();
    counts.settleAfterLoad(backend);
    try (WriteBatch batch = backend.batch()) {
      batch.put(Families.META, StoreKeys.COUNTS, counts.encode(index));
      backend.write(batch);
    }
  }

  @Override
  public void close() {
    load.close();
  }
}
