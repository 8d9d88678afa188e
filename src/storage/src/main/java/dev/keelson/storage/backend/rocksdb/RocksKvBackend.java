package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Ingestion;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.Reader;
import dev.keelson.storage.backend.Snapshot;
import dev.keelson.storage.backend.WriteBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * The backend on RocksDB: a column family for each {@link Family}, no log, and flushes that take
 * all families together ({@code atomic_flush}), which is what makes the state after a crash one of
 * a single moment.
 *
 * <p>The database is in the directory given, or, after {@link #replaceContents}, beside it under
 * the same name with a number; of several the highest counts. Opening brings it back to the
 * directory.
 *
 * <p>Memory: the block cache and at most about four times {@link RocksOptions#memtableBytes}, plus
 * the filters and indexes of at most 512 open files; twice that as long as readers hold on to
 * replaced contents.
 */
public final class RocksKvBackend implements KvBackend {
  private final Path directory;
  private final List<Family> families;
  private final RocksOptions options;
  private final List<RocksInstance> replaced = new CopyOnWriteArrayList<>();
  private volatile RocksInstance current;
  private int replacements;

  private RocksKvBackend(Path directory, List<Family> families, RocksOptions options)
      throws RocksDBException {
    this.directory = directory;
    this.families = families;
    this.options = options;
    this.current = new RocksInstance(directory, families, options);
  }

  /**
   * Opens the database in {@code directory}, which is created, for its owner alone, if it does not
   * exist.
   *
   * @param families all families, in the order of their ordinals; one that does not exist yet is
   *     created
   * @throws BackendException if the directory is damaged, in use, or not one of this program; the
   *     message names it and what to do
   */
  public static RocksKvBackend open(Path directory, List<Family> families, RocksOptions options) {
    for (int i = 0; i < families.size(); i++) {
      if (families.get(i).ordinal() != i) {
        throw new IllegalArgumentException("family " + families.get(i) + " is at position " + i);
      }
    }
    RocksFiles.settle(directory);
    RocksFiles.prepare(directory, families);
    try {
      return new RocksKvBackend(directory, List.copyOf(families), options);
    } catch (RocksDBException e) {
      throw RocksFiles.cannotOpen(directory, e);
    }
  }

  /** A database may be replaced between looking it up and using it: then the new one is asked. */
  private <T> T ask(Function<RocksInstance, T> question) {
    while (true) {
      RocksInstance asked = current;
      try {
        return question.apply(asked);
      } catch (IllegalStateException e) {
        if (asked == current) {
          throw e;
        }
      }
    }
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    while (true) {
      RocksInstance asked = current;
      try {
        return asked.get(family, key);
      } catch (IllegalStateException e) {
        if (asked == current) {
          throw e;
        }
      }
    }
  }

  @Override
  public Cursor ascending(Family family, byte[] from, byte @Nullable [] to) {
    return ask(instance -> instance.ascending(family, from, to));
  }

  @Override
  public Cursor descending(Family family, byte[] from, byte @Nullable [] to) {
    return ask(instance -> instance.descending(family, from, to));
  }

  @Override
  public Snapshot snapshot() {
    return ask(RocksInstance::snapshot);
  }

  @Override
  public WriteBatch batch() {
    return current.batch();
  }

  @Override
  public void write(WriteBatch batch) {
    current.write(batch);
  }

  @Override
  public Ingestion ingestion(Family family) {
    return current.ingestion(family);
  }

  @Override
  public void startFlush(Runnable done) {
    current.startFlush(done);
  }

  @Override
  public void flush() {
    current.flush();
  }

  @Override
  public long unflushedBytes() {
    return current.unflushedBytes();
  }

  @Override
  public long sizeBytes() {
    return ask(RocksInstance::sizeBytes);
  }

  @Override
  public long liveSizeBytes() {
    return ask(RocksInstance::liveSizeBytes);
  }

  @Override
  public void compact() {
    current.compact();
  }

  @Override
  public void checkpoint(Path target) throws IOException {
    current.checkpoint(target);
  }

  @Override
  public <T> T inspect(Path checkpoint, Function<Reader, T> question) throws IOException {
    try (RocksCheckpoint opened = new RocksCheckpoint(checkpoint, families)) {
      return question.apply(opened);
    } catch (RocksDBException e) {
      throw new IOException("cannot read the checkpoint " + checkpoint + ": " + e.getMessage(), e);
    } catch (BackendException e) {
      throw new IOException("cannot read the checkpoint " + checkpoint + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void replaceContents(Path checkpoint) throws IOException {
    Path next = RocksFiles.numbered(directory, ++replacements);
    RocksFiles.move(checkpoint, next);
    RocksInstance opened;
    try {
      opened = new RocksInstance(next, families, options);
    } catch (RocksDBException e) {
      throw RocksFiles.cannotOpen(next, e);
    }
    RocksInstance old = current;
    current = opened;
    replaced.add(old);
    old.retire();
  }

  @Override
  public void close() {
    for (RocksInstance old : replaced) {
      if (old.openReaders() > 0) {
        throw new IllegalStateException(
            "%s cannot be closed: snapshots or cursors of replaced contents still open: %d"
                .formatted(this, old.openReaders()));
      }
    }
    current.close();
    replaced.forEach(RocksInstance::awaitFreed);
  }

  @Override
  public String toString() {
    return "the database in " + directory;
  }
}
