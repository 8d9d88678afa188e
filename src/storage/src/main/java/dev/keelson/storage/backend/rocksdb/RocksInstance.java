package dev.keelson.storage.backend.rocksdb;

import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Ingestion;
import dev.keelson.storage.backend.Reader;
import dev.keelson.storage.backend.Snapshot;
import dev.keelson.storage.backend.WriteBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * One open database: what a {@link RocksKvBackend} is from one replacement of its contents to the
 * next. A retired one lets nobody in any more and is freed, files included, when its last snapshot
 * and cursor are closed.
 */
final class RocksInstance implements Reader {
  /** What a row takes in a memtable besides its bytes: skip list node and key trailer. */
  private static final int MEMTABLE_ROW_OVERHEAD = 48;

  private static final System.Logger LOG = System.getLogger(RocksInstance.class.getName());
  private static final long CALLBACK_GRACE_SECONDS = 30;

  static {
    RocksDB.loadLibrary();
  }

  private final Path directory;
  private final List<Family> families;
  private final RocksTuning tuning;
  private final ExecutorService callbacks;
  private final FlushTracker tracker;
  private final Flusher flusher;
  private final RocksDB db;
  private final ColumnFamilyHandle[] handles;
  private final List<ColumnFamilyHandle> allHandles;
  private final List<Optional<MergePace>> paces;
  private final ReadOptions latest = new ReadOptions();
  private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
  private final CompactRangeOptions compaction =
      new CompactRangeOptions().setExclusiveManualCompaction(false).setAllowWriteStall(false);
  private final Ingestions ingestions;
  private final OpenReaders readers = new OpenReaders(this::free);
  private final UseGate gate;

  RocksInstance(Path directory, List<Family> families, RocksOptions options)
      throws RocksDBException {
    this.directory = directory;
    this.families = families;
    gate = new UseGate("the database in " + directory);
    tuning = new RocksTuning(options);
    callbacks =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("backend-flush-done").factory());
    tracker = new FlushTracker(toString(), callbacks);
    List<ColumnFamilyHandle> opened = new ArrayList<>();
    try {
      db =
          RocksDB.open(
              tuning.database(tracker), directory.toString(), tuning.families(families), opened);
    } catch (RocksDBException e) {
      callbacks.shutdown();
      freeOptions();
      throw e;
    }
    allHandles = List.copyOf(opened);
    handles = opened.subList(0, families.size()).toArray(ColumnFamilyHandle[]::new);
    tracker.durable(db.getLatestSequenceNumber());
    flusher = new Flusher(db, allHandles, tracker, gate, callbacks);
    ingestions = new Ingestions(db, tuning, tracker, flusher, directory);
    paces = families.stream().map(this::pace).toList();
  }

  private Optional<MergePace> pace(Family family) {
    return family.access() == Family.Access.POINT
        ? Optional.of(new MergePace(db, handle(family), gate, callbacks))
        : Optional.empty();
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    enter();
    try {
      return read(latest, family, key);
    } finally {
      gate.exit();
    }
  }

  byte @Nullable [] read(ReadOptions options, Family family, byte[] key) {
    try {
      return db.get(handle(family), options, key, 0, key.length);
    } catch (RocksDBException e) {
      throw tracker.failed("read", e);
    }
  }

  @Override
  public Cursor ascending(Family family, byte[] from, byte @Nullable [] to) {
    enter();
    try {
      return cursor(null, family, from, to, RocksCursor.Walk.ASCENDING);
    } finally {
      gate.exit();
    }
  }

  @Override
  public Cursor descending(Family family, byte[] from, byte @Nullable [] to) {
    enter();
    try {
      return cursor(null, family, from, to, RocksCursor.Walk.DESCENDING);
    } finally {
      gate.exit();
    }
  }

  /** Called by who keeps the database open: inside the gate, or through an open snapshot. */
  Cursor cursor(
      org.rocksdb.@Nullable Snapshot snapshot,
      Family family,
      byte[] from,
      byte @Nullable [] to,
      RocksCursor.Walk walk) {
    tracker.throwIfFailed();
    Cursor cursor =
        new RocksCursor(
            rows -> cursorClosed(family, rows), this, db, handle(family), snapshot, from, to, walk);
    readers.opened();
    return cursor;
  }

  Snapshot snapshot() {
    enter();
    try {
      Snapshot snapshot = new RocksSnapshot(this, db);
      readers.opened();
      return snapshot;
    } finally {
      gate.exit();
    }
  }

  private void cursorClosed(Family family, int rows) {
    paces.get(family.ordinal()).ifPresent(pace -> pace.scanned(rows));
    handleClosed();
  }

  void handleClosed() {
    readers.closed();
  }

  /** Snapshots and cursors that are open. */
  int openReaders() {
    return readers.count();
  }

  /**
   * Another database takes the place of this one: nobody gets in any more, actions after flushes
   * under way never run, and the files go with the last reader.
   */
  void retire() {
    tracker.abandon();
    gate.shut();
    compaction.setCanceled(true);
    gate.awaitEmpty();
    readers.retire();
  }

  private void free() {
    try {
      end();
      RocksFiles.delete(directory);
    } catch (IOException | RuntimeException e) {
      LOG.log(WARNING, "cannot remove the replaced database in " + directory, e);
    }
  }

  /** After {@link #retire}, when no reader is open: returns when its files are gone. */
  void awaitFreed() {
    readers.awaitFreed();
  }

  ColumnFamilyHandle handle(Family family) {
    int ordinal = family.ordinal();
    if (ordinal >= handles.length || !families.get(ordinal).equals(family)) {
      throw new IllegalArgumentException("not a family of this backend: " + family);
    }
    return handles[ordinal];
  }

  WriteBatch batch() {
    return new RocksBatch(this);
  }

  void write(WriteBatch batch) {
    if (!(batch instanceof RocksBatch rocksBatch)) {
      throw new IllegalArgumentException("batch of another backend");
    }
    enter();
    try {
      db.write(unlogged, rocksBatch.openBatchOf(this));
      flusher.wrote(rocksBatch.sizeBytes() + (long) MEMTABLE_ROW_OVERHEAD * rocksBatch.count());
    } catch (RocksDBException e) {
      throw tracker.failed("write", e);
    } finally {
      gate.exit();
    }
  }

  Ingestion ingestion(Family family) {
    enter();
    try {
      return ingestions.begin(family, handle(family));
    } finally {
      gate.exit();
    }
  }

  void startFlush(Runnable done) {
    enter();
    try {
      for (Optional<MergePace> pace : paces) {
        pace.ifPresent(MergePace::flushing);
      }
      flusher.start(done);
    } catch (RocksDBException e) {
      throw tracker.failed("flush", e);
    } finally {
      gate.exit();
    }
  }

  void flush() {
    CountDownLatch done = new CountDownLatch(1);
    startFlush(done::countDown);
    flusher.await(done);
  }

  long unflushedBytes() {
    return flusher.unflushedBytes();
  }

  long sizeBytes() {
    return sum("rocksdb.total-sst-files-size") + sum("rocksdb.cur-size-all-mem-tables");
  }

  long liveSizeBytes() {
    return sum("rocksdb.estimate-live-data-size") + sum("rocksdb.cur-size-all-mem-tables");
  }

  private long sum(String property) {
    enter();
    try {
      return db.getAggregatedLongProperty(property);
    } catch (RocksDBException e) {
      throw tracker.failed("property " + property, e);
    } finally {
      gate.exit();
    }
  }

  void compact() {
    enter();
    try {
      for (ColumnFamilyHandle handle : handles) {
        db.compactRange(handle, null, null, compaction);
      }
    } catch (RocksDBException e) {
      if (!compaction.canceled()) {
        throw tracker.failed("compaction", e);
      }
    } finally {
      gate.exit();
    }
  }

  void checkpoint(Path target) throws IOException {
    enter();
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(target.toString());
    } catch (RocksDBException e) {
      throw new IOException(
          "cannot write a checkpoint of " + directory + " to " + target + ": " + e.getMessage(), e);
    } finally {
      gate.exit();
    }
  }

  void close() {
    if (!gate.shut()) {
      return;
    }
    compaction.setCanceled(true);
    gate.awaitEmpty();
    if (readers.count() > 0) {
      compaction.setCanceled(false);
      gate.reopen();
      throw new IllegalStateException(
          "the database in "
              + directory
              + " cannot be closed: snapshots or cursors still open: "
              + readers.count());
    }
    try {
      tracker.throwIfFailed();
      flusher.flush();
    } catch (RocksDBException e) {
      throw tracker.failed("flush", e);
    } finally {
      end();
    }
  }

  private void end() {
    db.cancelAllBackgroundWork(true);
    allHandles.forEach(ColumnFamilyHandle::close);
    db.close();
    endCallbacks();
    flusher.close();
    freeOptions();
  }

  /** The actions of the last flush run before the close returns. */
  private void endCallbacks() {
    callbacks.shutdown();
    try {
      if (!callbacks.awaitTermination(CALLBACK_GRACE_SECONDS, SECONDS)) {
        throw new BackendException("an action after a flush of " + this + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void freeOptions() {
    latest.close();
    unlogged.close();
    compaction.close();
    tuning.close();
    tracker.close();
  }

  private void enter() {
    gate.enter();
    try {
      tracker.throwIfFailed();
    } catch (BackendException e) {
      gate.exit();
      throw e;
    }
  }

  @Override
  public String toString() {
    return "the database in " + directory;
  }
}
