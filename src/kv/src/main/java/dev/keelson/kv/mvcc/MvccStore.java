package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.WriteBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The write side of the multi-version store. The apply thread opens transactions, one after
 * another, into one backend batch; {@link #commit} writes the batch together with the applied index
 * and publishes a new view. What a batch holds is invisible to readers until then.
 *
 * <p>Not thread-safe: apply thread only, except {@link #views}, {@link #log} and what they hand
 * out.
 */
public final class MvccStore implements AutoCloseable {
  /** The revision of an empty store; the first change makes revision 2. */
  public static final long FIRST_REVISION = 1;

  /** Some 150,000 keys of usual length. */
  private static final int META_CACHE_BYTES = 8 << 20;

  private final KvBackend backend;
  private WriteBatch batch;
  private final Views views = new Views();
  private final StateDigest digest = new StateDigest();
  private CountIndex counts = new CountIndex();
  private final EventBytes eventBytes = new EventBytes();
  private MetaCache metas = new MetaCache(META_CACHE_BYTES);
  private final Map<ByteString, KeyMeta> changedInBatch = new HashMap<>();
  private final List<RevisionEvents> published = new ArrayList<>();
  private Compactor compactor;
  private final StoreEventLog log;
  private long revision;
  private long compactRevision;
  private long appliedIndex;
  private long appliedTerm;
  private long timeMillis;
  private boolean dirty;
  private boolean manyChanged;

  /** Opens the state that the backend holds. */
  public MvccStore(KvBackend backend) {
    this.backend = backend;
    this.batch = backend.batch();
    this.log = new StoreEventLog(views);
    this.compactor = load();
  }

  /**
   * Takes over what the backend's contents were replaced by; the open batch must be empty. Views
   * handed out go on showing what they showed.
   */
  public void reload() {
    if (dirty || batch.count() > 0) {
      throw new IllegalStateException("contents replaced in the middle of a batch");
    }
    batch.close();
    counts = new CountIndex();
    metas = new MetaCache(META_CACHE_BYTES);
    views.forgetPaged();
    batch = backend.batch();
    compactor = load();
  }

  private Compactor load() {
    AppliedPosition applied = AppliedPosition.read(backend);
    appliedIndex = applied.index();
    appliedTerm = applied.term();
    timeMillis = applied.timeMillis();
    revision = applied.revision();
    digest.restart(appliedIndex, applied.digest());
    long scheduled = readRevision(StoreKeys.SCHEDULED_COMPACTION);
    long finished = readRevision(StoreKeys.FINISHED_COMPACTION);
    compactRevision = Math.max(scheduled, finished);
    eventBytes.load(backend);
    Compactor found = new Compactor(backend, eventBytes, finished, compactRevision);
    if (!counts.load(backend.get(Families.META, StoreKeys.COUNTS), appliedIndex)) {
      counts.rebuild(backend);
    }
    publish();
    return found;
  }

  private long readRevision(byte[] name) {
    byte[] stored = backend.get(Families.META, name);
    return stored == null ? -1 : StoreKeys.eventMain(stored);
  }

  /** Views for readers; safe from any thread. */
  public Views views() {
    return views;
  }

  /** Past events; safe from any thread. */
  public EventLog log() {
    return log;
  }

  /** The physical part of compactions. */
  public Compactor compactor() {
    return compactor;
  }

  /** The newest revision, including transactions of the open batch. */
  public long revision() {
    return revision;
  }

  /** The revision of the last compaction; -1 before the first. */
  public long compactRevision() {
    return compactRevision;
  }

  /** The index of the last log entry whose effects are in the store or in the open batch. */
  public long appliedIndex() {
    return appliedIndex;
  }

  /** The term of {@link #appliedIndex}. */
  public long appliedTerm() {
    return appliedTerm;
  }

  /**
   * Records that the entry has been carried out; goes into the same atomic write as its effects.
   */
  public void applied(long index, long term) {
    if (index <= appliedIndex) {
      throw new IllegalStateException("entry " + index + " applied after " + appliedIndex);
    }
    appliedIndex = index;
    appliedTerm = term;
    digest.sealed(index, term);
    dirty = true;
  }

  /** An entry says when it was written; the highest such time is that of all that was applied. */
  public void written(long leaderMillis) {
    timeMillis = Math.max(timeMillis, leaderMillis);
  }

  /** The digest of everything applied; what is no transaction folds its effects in itself. */
  public StateDigest digest() {
    return digest;
  }

  /** The open batch, for the other parts of the replicated state. */
  public WriteBatch batch() {
    return batch;
  }

  /** Starts a transaction that will create {@link #revision} + 1 if it changes anything. */
  public WriteTxn begin() {
    if (manyChanged) {
      writeThrough();
    }
    return new WriteTxn(this, revision + 1);
  }

  /** Logically compacts: older revisions are refused from the next view on. */
  public void compact(long at) {
    compactRevision = at;
    digest.fold(at);
    batch.put(Families.META, StoreKeys.SCHEDULED_COMPACTION, StoreKeys.event(at, 0));
    dirty = true;
  }

  /** Writes the batch, so that this thread can read through the backend; publishes nothing. */
  public void writeThrough() {
    if (batch.count() > 0) {
      writeBatch();
    }
  }

  /**
   * Writes what was applied since the last call, all or nothing, and makes it visible to new views.
   *
   * @return the revisions created, in order; the list is the caller's
   */
  public List<RevisionEvents> commit() {
    if (!dirty && batch.count() == 0) {
      return List.of();
    }
    writeBatch();
    dirty = false;
    counts.settle(backend);
    publish();
    digest.published(appliedIndex);
    List<RevisionEvents> events = List.copyOf(published);
    published.clear();
    return events;
  }

  /**
   * Writes the key counts, so that a flush started right after holds them for exactly this applied
   * index.
   */
  public void prepareFlush() {
    try (WriteBatch own = backend.batch()) {
      own.put(Families.META, StoreKeys.COUNTS, counts.encode(appliedIndex));
      backend.write(own);
    }
  }

  private void writeBatch() {
    batch.put(
        Families.META,
        StoreKeys.APPLIED,
        new AppliedPosition(appliedIndex, appliedTerm, revision, digest.value(), timeMillis)
            .encode());
    eventBytes.writeTo(batch);
    backend.write(batch);
    batch.clear();
    changedInBatch.forEach(metas::put);
    changedInBatch.clear();
    manyChanged = false;
    // not before the backend holds both the decision and every event up to its revision
    compactor.schedule(compactRevision);
  }

  private void publish() {
    views.publish(new View(backend.snapshot(), counts.freeze(), revision, compactRevision));
  }

  KvBackend backend() {
    return backend;
  }

  CountIndex counts() {
    return counts;
  }

  EventBytes eventBytes() {
    return eventBytes;
  }

  KeyMeta meta(ByteString key) {
    KeyMeta meta = changedInBatch.get(key);
    if (meta != null) {
      return meta;
    }
    meta = metas.get(key);
    if (meta == null) {
      meta = new KeyMeta();
      byte[] stored = backend.get(Families.CURRENT, key.toByteArray());
      if (stored != null) {
        meta.read(Row.parse(stored));
      }
      metas.put(key, meta);
    }
    return meta;
  }

  /** Notes that the backend does not show the key's newest state before the batch is written. */
  void changed(ByteString key, KeyMeta meta) {
    changedInBatch.put(key, meta);
  }

  /**
   * The same where keys are too many to remember: the batch is written before the next transaction.
   */
  void changedMany(ByteString key, KeyMeta meta) {
    metas.put(key, meta);
    manyChanged = true;
  }

  void finish(long newRevision, List<Event> events, long eventBytes) {
    revision = newRevision;
    published.add(new RevisionEvents(newRevision, events, eventBytes));
    dirty = true;
  }

  @Override
  public void close() {
    views.close();
    batch.close();
  }
}
