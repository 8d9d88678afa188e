package dev.keelson.node.loop;

import dev.keelson.kv.Applied;
import dev.keelson.kv.StateMachine;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.node.env.Environment;
import dev.keelson.node.env.Worker;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeCodec;
import dev.keelson.raft.confchange.ConfChangeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed entries. All that has gathered becomes one batch of the state machine: one
 * write, one new view, one hand-over of events, then the answers, grouped by the thread that wants
 * them.
 */
public final class Applier {
  private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final StateMachine state;
  private final Proposals proposals;
  private final MembershipProposals changes;
  private final Observer observer;
  private final Environment environment;
  private final int batchMax;
  private final Worker thread;
  private volatile long applied;

  /** Told of what was applied; on the applier's thread. */
  public interface Observer {
    /**
     * A membership change is to be carried out, consensus included; its effects belong to this
     * batch.
     */
    Applied configurationChange(Entry entry, ConfChange.V1 change);

    /**
     * An entry was carried out.
     *
     * @param nanos how long that took, without the batch it is written with
     */
    void executed(InternalRaftRequest request, Applied outcome, long nanos);

    /** A batch was written in that time. */
    void committed(long nanos);

    /** A batch has been written and is visible up to the entry of this index and term. */
    void applied(long index, long term, List<RevisionEvents> events);

    /** Between two batches: a little housekeeping may be done. */
    void between();
  }

  /**
   * Creates the applier.
   *
   * @param failed told of a failure; nothing is applied after it
   */
  public Applier(
      Environment environment,
      StateMachine state,
      Proposals proposals,
      MembershipProposals changes,
      Observer observer,
      Consumer<Throwable> failed) {
    this.state = state;
    this.applied = state.appliedIndex();
    this.proposals = proposals;
    this.changes = changes;
    this.observer = observer;
    this.environment = environment;
    this.batchMax = environment.applyBatchMax();
    this.thread = environment.worker("keelson-apply", this::turn, failed);
  }

  public void start() {
    thread.start();
  }

  /** The last entry applied and visible; never behind what somebody was told. Thread-safe. */
  public long appliedIndex() {
    return applied;
  }

  /** Queues committed entries, in order. */
  public void apply(List<Entry> committed) {
    queue.addAll(committed);
    thread.wake();
  }

  /** The state was replaced by a later one; on the applier's thread. */
  public void replaced() {
    applied = state.appliedIndex();
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
    Answers answers = new Answers();
    int count = 0;
    for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
      applyOne(entry, answers);
      last = entry;
      if (++count == batchMax) {
        break;
      }
    }
    if (last == null) {
      observer.between();
      return false;
    }
    long begin = environment.nanoTime();
    List<RevisionEvents> events = state.commit();
    observer.committed(environment.nanoTime() - begin);
    // entries that a snapshot has overtaken are left out: consensus is not told of them again
    if (state.appliedIndex() > applied) {
      applied = state.appliedIndex();
      observer.applied(applied, state.store().appliedTerm(), events);
    }
    answers.deliver();
    observer.between();
    return true;
  }

  /** Answers of a batch, by the thread that wants them. */
  private static final class Answers {
    private final Map<Executor, List<Runnable>> byExecutor = new LinkedHashMap<>();

    void add(Executor executor, Runnable answer) {
      byExecutor.computeIfAbsent(executor, _ -> new ArrayList<>()).add(answer);
    }

    void deliver() {
      byExecutor.forEach((executor, batch) -> executor.execute(() -> batch.forEach(Runnable::run)));
    }
  }

  private void applyOne(Entry entry, Answers answers) {
    if (entry.index() <= state.appliedIndex()) {
      return;
    }
    if (entry.type() != EntryType.NORMAL) {
      applyChange(entry, answers);
      return;
    }
    if (entry.data().length == 0) {
      state.skip(entry.index(), entry.term());
      return;
    }
    @Nullable Pending pending = proposals.claim(entry.data());
    InternalRaftRequest request =
        pending != null ? pending.request() : StateMachine.decode(entry.index(), entry.data());
    long begin = environment.nanoTime();
    Applied outcome = state.apply(entry.index(), entry.term(), request);
    observer.executed(request, outcome, environment.nanoTime() - begin);
    if (pending != null) {
      answers.add(pending.executor(), () -> pending.complete(outcome));
    }
  }

  private void applyChange(Entry entry, Answers answers) {
    ConfChange.V1 change = decodeChange(entry);
    Applied outcome = observer.configurationChange(entry, change);
    MembershipProposals.@Nullable Waiting waiting = changes.claim(change.id());
    if (waiting != null) {
      answers.add(waiting.executor(), () -> waiting.complete(outcome));
    }
  }

  private static ConfChange.V1 decodeChange(Entry entry) {
    try {
      if (entry.type() == EntryType.CONF_CHANGE
          && ConfChangeCodec.decodeV1(entry.data()) instanceof ConfChange.V1 change) {
        return change;
      }
    } catch (ConfChangeException e) {
      throw new IllegalStateException("membership entry " + entry.index(), e);
    }
    throw new IllegalStateException("entry " + entry.index() + " changes several members");
  }

  /** Applies what is queued, then ends. */
  public void finish() {
    thread.finish();
  }
}
