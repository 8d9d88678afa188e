package dev.keelson.storage.backend.memory;

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
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A backend in the heap. What would be on disk is the {@link State} of the last completed flush;
 * {@link #crash} goes back to it. Open snapshots do not keep it from closing.
 */
public final class MemoryKvBackend implements KvBackend {
  private enum Phase {
    OPEN,
    CLOSED,
    CRASHED
  }

  private final Executor flusher;
  private volatile State state;
  private volatile State durable;
  private volatile Phase phase = Phase.OPEN;
  private long unflushedBytes;
  private final AtomicInteger replacements = new AtomicInteger();
  private long flushes;
  private long durableFlush;

  private MemoryKvBackend(State state, Executor flusher) {
    this.state = state;
    this.durable = state;
    this.flusher = flusher;
  }

  /** An empty backend whose flushes complete within {@link #startFlush}. */
  public static MemoryKvBackend create(List<Family> families) {
    return create(families, Runnable::run);
  }

  /**
   * An empty backend whose flushes complete when {@code flusher} runs what it is given, which it
   * must do in order, in the hands of a simulator's scheduler or of a test.
   */
  public static MemoryKvBackend create(List<Family> families, Executor flusher) {
    return new MemoryKvBackend(new State(List.copyOf(families)), flusher);
  }

  /** Opens what {@link #checkpoint} wrote. */
  public static MemoryKvBackend open(Path checkpoint, List<Family> families) throws IOException {
    return new MemoryKvBackend(
        CheckpointFile.read(checkpoint, List.copyOf(families)), Runnable::run);
  }

  /**
   * The process died: this backend ends, flushes not yet completed are lost with it, and their
   * actions never run. Returns what a new process finds.
   */
  public MemoryKvBackend crash() {
    phase = Phase.CRASHED;
    return new MemoryKvBackend(durable, flusher);
  }

  /** What a new process finds after {@link #close}. */
  public MemoryKvBackend reopen() {
    if (phase != Phase.CLOSED) {
      throw new IllegalStateException("close it first");
    }
    return new MemoryKvBackend(durable, flusher);
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    return open().get(family, key);
  }

  @Override
  public Cursor ascending(Family family, byte[] from, byte @Nullable [] to) {
    return open().ascending(family, from, to);
  }

  @Override
  public Cursor descending(Family family, byte[] from, byte @Nullable [] to) {
    return open().descending(family, from, to);
  }

  @Override
  public WriteBatch batch() {
    return new MemoryBatch();
  }

  @Override
  public void write(WriteBatch batch) {
    if (!(batch instanceof MemoryBatch memoryBatch)) {
      throw new IllegalArgumentException("batch of another backend");
    }
    state = open().with(memoryBatch.changes());
    unflushedBytes += memoryBatch.sizeBytes();
  }

  @Override
  public Ingestion ingestion(Family family) {
    return new MemoryIngestion(this, family);
  }

  @Override
  public Snapshot snapshot() {
    return new MemorySnapshot(open());
  }

  @Override
  public void startFlush(Runnable done) {
    State flushed = open();
    long number = ++flushes;
    int contents = replacements.get();
    unflushedBytes = 0;
    flusher.execute(
        () -> {
          if (phase == Phase.OPEN && contents == replacements.get()) {
            complete(number, flushed);
            done.run();
          }
        });
  }

  /** Does not wait for the flusher, which may be the caller. Flushes under way complete later. */
  @Override
  public void flush() {
    complete(++flushes, open());
    unflushedBytes = 0;
  }

  private synchronized void complete(long number, State flushed) {
    if (number > durableFlush) {
      durableFlush = number;
      durable = flushed;
    }
  }

  @Override
  public long unflushedBytes() {
    return unflushedBytes;
  }

  @Override
  public long sizeBytes() {
    return open().bytes();
  }

  @Override
  public long liveSizeBytes() {
    return open().bytes();
  }

  @Override
  public void compact() {
    open();
  }

  @Override
  public void checkpoint(Path directory) throws IOException {
    CheckpointFile.write(directory, open());
  }

  @Override
  public <T> T inspect(Path checkpoint, Function<Reader, T> question) throws IOException {
    return question.apply(CheckpointFile.read(checkpoint, open().families()));
  }

  @Override
  public void replaceContents(Path checkpoint) throws IOException {
    State replacement = CheckpointFile.read(checkpoint, open().families());
    CheckpointFile.delete(checkpoint);
    replacements.incrementAndGet();
    state = replacement;
    flush();
  }

  @Override
  public void close() {
    if (phase == Phase.OPEN) {
      flush();
      phase = Phase.CLOSED;
    }
  }

  private State open() {
    if (phase != Phase.OPEN) {
      throw new IllegalStateException(
          phase == Phase.CRASHED ? "the process of the backend died" : "the backend is closed");
    }
    return state;
  }
}
