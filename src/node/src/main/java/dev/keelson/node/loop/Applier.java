package dev.keelson.node.loop;

import dev.keelson.kv.Applied;
import dev.keelson.kv.StateMachine;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed entries. All that has gathered becomes one batch of the state machine: one
 * write, one new view, one hand-over of events, then the answers, grouped by the thread that wants
 * them.
 */
public final class Applier {
  /** Entries in one batch, at most: bounds how long a new view is waited for. */
  private static final int BATCH_MAX = 2048;

  private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final StateMachine state;
  private final Proposals proposals;
  private final Observer observer;
  private final LongSupplier nowNanos;
  private final WorkThread thread;

  /** Told of what was applied; on the applier's thread. */
  public interface Observer {
    /**
     * A membership entry is to be carried out, consensus included; its effects belong to this
     * batch.
     */
    void configurationChange(Entry entry);

    /**
     * An entry was carried out.
     *
     * @param nanos how long that took, without the batch it is written with
     */
    void executed(InternalRaftRequest request, Applied outcome, long nanos);

    /** A batch was written in that time. */
    void committed(long nanos);

    /** A batch has been written and is visible up to the entry given. */
    void applied(Entry last, List<RevisionEvents> events);

    /** Between two batches: a little housekeeping may be done. */
    void between();
  }

  /**
   * Creates the applier.
   *
   * @param nowNanos measures how long things take, and nothing else
   * @param failed told of a failure; nothing is applied after it
   */
  public Applier(
      StateMachine state,
      Proposals proposals,
      Observer observer,
      LongSupplier nowNanos,
      Consumer<Throwable> failed) {
    this.state = state;
    this.proposals = proposals;
    this.observer = observer;
    this.nowNanos = nowNanos;
    this.thread = new WorkThread("keelson-apply", this::turn, failed);
  }

  public void start() {
    thread.start();
  }

  /** Queues committed entries, in order. */
  public void apply(List<Entry> committed) {
    queue.addAll(committed);
    thread.wake();
  }

  /** Runs something between two batches, on the applier's thread. */
  public void run(Runnable task) {
    tasks.add(task);
    thread.wake();
  }

  /** Lets the applier look whether there is housekeeping. */
  public void wake() {
    thread.wake();
  }

  private boolean turn() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    Entry last = null;
    Map<Executor, List<Answer>> answers = new LinkedHashMap<>();
    int count = 0;
    for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
      applyOne(entry, answers);
      last = entry;
      if (++count == BATCH_MAX) {
        break;
      }
    }
    if (last == null) {
      observer.between();
      return false;
    }
    long begin = nowNanos.getAsLong();
    List<RevisionEvents> events = state.commit();
    observer.committed(nowNanos.getAsLong() - begin);
    observer.applied(last, events);
    for (Map.Entry<Executor, List<Answer>> each : answers.entrySet()) {
      List<Answer> batch = each.getValue();
      each.getKey().execute(() -> batch.forEach(Answer::deliver));
    }
    observer.between();
    return true;
  }

  private record Answer(Pending pending, Applied outcome) {
    void deliver() {
      pending.complete(outcome);
    }
  }

  private void applyOne(Entry entry, Map<Executor, List<Answer>> answers) {
    if (entry.index() <= state.appliedIndex()) {
      return;
    }
    if (entry.type() != EntryType.NORMAL) {
      observer.configurationChange(entry);
      return;
    }
    if (entry.data().length == 0) {
      state.skip(entry.index(), entry.term());
      return;
    }
    @Nullable Pending pending = proposals.claim(entry.data());
    InternalRaftRequest request =
        pending != null ? pending.request() : StateMachine.decode(entry.index(), entry.data());
    long begin = nowNanos.getAsLong();
    Applied outcome = state.apply(entry.index(), entry.term(), request);
    observer.executed(request, outcome, nowNanos.getAsLong() - begin);
    if (pending != null) {
      answers
          .computeIfAbsent(pending.executor(), executor -> new ArrayList<>())
          .add(new Answer(pending, outcome));
    }
  }

  /** Applies what is queued, then ends. */
  public void finish() {
    thread.finish();
  }
}
