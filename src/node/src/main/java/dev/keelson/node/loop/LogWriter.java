package dev.keelson.node.loop;

import dev.keelson.node.env.Environment;
import dev.keelson.node.env.Worker;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.confchange.ConfState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the log. Everything that gathered while the last sync ran goes out with the next one, so
 * the cost of a sync is shared by as many writes as arrive during it (group commit).
 */
public final class LogWriter {
  private final DurableLog log;
  private final ConcurrentLinkedQueue<Object> queue = new ConcurrentLinkedQueue<>();
  private final LongConsumer appended;
  private final Worker thread;

  private record Append(long sequence, @Nullable HardState hardState, List<Entry> entries) {}

  private record Mark(long index, long term, ConfState confState, long keepFrom) {}

  /**
   * Creates the writer.
   *
   * @param appended told the sequence of each append when it is durable; on the writer's thread
   * @param failed told of a failed write; nothing is written after it
   */
  public LogWriter(
      Environment environment, DurableLog log, LongConsumer appended, Consumer<Throwable> failed) {
    this.log = log;
    this.appended = appended;
    this.thread = environment.worker("keelson-log", this::writeBatch, failed);
  }

  public void start() {
    thread.start();
  }

  /** Queues an append. */
  public void append(long sequence, @Nullable HardState hardState, List<Entry> entries) {
    queue.add(new Append(sequence, hardState, entries));
    thread.wake();
  }

  /**
   * Queues the note that the state machine is durable up to {@code index}, and the removal of what
   * nobody needs.
   *
   * @param keepFrom the first entry to keep
   */
  public void mark(long index, long term, ConfState confState, long keepFrom) {
    queue.add(new Mark(index, term, confState, keepFrom));
    thread.wake();
  }

  private boolean writeBatch() {
    Batch batch = new Batch();
    try {
      for (Object next = queue.poll(); next != null; next = queue.poll()) {
        if (next instanceof Mark mark) {
          batch.write();
          log.markSnapshot(mark.index(), mark.term(), mark.confState());
          log.releaseBefore(mark.keepFrom());
        } else if (next instanceof Append append) {
          if (batch.isReplacedBy(append)) {
            batch.write();
          }
          batch.add(append);
        }
      }
      batch.write();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return !queue.isEmpty();
  }

  /** What goes to disk with one sync. */
  private final class Batch {
    private @Nullable HardState hardState;
    private List<Entry> entries = new ArrayList<>();
    private List<Long> sequences = new ArrayList<>();

    /**
     * A new leader may overwrite entries that are in the same batch; each write must be contiguous.
     */
    boolean isReplacedBy(Append append) {
      return !entries.isEmpty()
          && !append.entries().isEmpty()
          && append.entries().getFirst().index() != entries.getLast().index() + 1;
    }

    void add(Append append) {
      if (append.hardState() != null) {
        hardState = append.hardState();
      }
      entries.addAll(append.entries());
      sequences.add(append.sequence());
    }

    /** Writes what was added, tells of it, and begins anew. */
    void write() throws IOException {
      if (hardState != null || !entries.isEmpty()) {
        log.appendAndSync(hardState, entries);
      }
      for (long sequence : sequences) {
        appended.accept(sequence);
      }
      hardState = null;
      entries = new ArrayList<>();
      sequences = new ArrayList<>();
    }
  }

  /** Writes what is queued, then ends. */
  public void finish() {
    thread.finish();
  }
}
