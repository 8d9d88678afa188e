package dev.keelson.node.loop;

import dev.keelson.node.env.Environment;
import dev.keelson.node.env.Worker;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.SnapshotMetadata;
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

  /** The replacement of the log by a snapshot; everything behind it waits. */
  public final class Installation {
    private final Append append;
    private final SnapshotMetadata snapshot;
    private volatile boolean held;

    private Installation(Append append, SnapshotMetadata snapshot) {
      this.append = append;
      this.snapshot = snapshot;
    }

    /** The hard state without what it commits beyond the snapshot: that is not written yet. */
    private @Nullable HardState stateOfSnapshot() {
      HardState state = append.hardState();
      return state == null
          ? null
          : new HardState(state.term(), state.vote(), Math.min(state.commit(), snapshot.index()));
    }

    /** The state machine durably holds the snapshot: the log may follow. Thread-safe. */
    public void stateMachineHoldsIt() {
      held = true;
      thread.wake();
    }
  }

  private record Mark(long index, long term, ConfState confState, long keepFrom) {}

  /**
   * Creates the writer.
   *
   * @param appended told the sequence of the last append that is durable; on the writer's thread
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
   * Queues the replacement of the log by a snapshot. It is carried out, and what is queued behind
   * it goes on, once the state machine durably holds it: a log without its state would be lost.
   */
  public Installation install(
      long sequence,
      @Nullable HardState hardState,
      SnapshotMetadata snapshot,
      List<Entry> entries) {
    Installation installation =
        new Installation(new Append(sequence, hardState, entries), snapshot);
    queue.add(installation);
    return installation;
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
      for (Object next = queue.peek(); next != null; next = queue.peek()) {
        if (next instanceof Installation installation) {
          batch.write();
          if (!installation.held) {
            return false;
          }
          log.install(installation.snapshot, installation.stateOfSnapshot());
          batch.add(installation.append);
        } else if (next instanceof Mark mark) {
          batch.write();
          log.markSnapshot(mark.index(), mark.term(), mark.confState());
          log.releaseBefore(mark.keepFrom());
        } else if (next instanceof Append append) {
          if (batch.isReplacedBy(append)) {
            batch.write();
          }
          batch.add(append);
        }
        queue.remove();
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
    private long sequence;

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
      sequence = append.sequence();
    }

    /** Writes what was added, tells of it, and begins anew. */
    void write() throws IOException {
      if (hardState != null || !entries.isEmpty()) {
        log.appendAndSync(hardState, entries);
      }
      if (sequence != 0) {
        appended.accept(sequence);
      }
      hardState = null;
      entries = new ArrayList<>();
      sequence = 0;
    }
  }

  /**
   * Writes what is queued, up to an installation that the state machine does not hold yet, then
   * ends.
   */
  public void finish() {
    thread.finish();
  }

  /** Whether nothing is left to be written; after {@link #finish}. */
  public boolean isEmpty() {
    return queue.isEmpty();
  }
}
