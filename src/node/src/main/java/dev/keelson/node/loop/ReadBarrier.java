package dev.keelson.node.loop;

import dev.keelson.kv.error.KvError;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Linearizable reads: a read may run on this member's state once that state includes everything
 * that was committed when the read was asked for (ReadIndex, Raft dissertation §6.4). All reads
 * waiting at the same time share one confirmation round.
 *
 * <p>A leader that is the only voter needs no round: nobody else can have committed anything, and
 * every write it has acknowledged is in its current view. Then the read runs at once, on the
 * caller's thread.
 *
 * <p>{@link #await} is thread-safe; the rest belongs to the node loop.
 */
public final class ReadBarrier {
  private static final long RETRY_NANOS = 500_000_000L;

  private final ConcurrentLinkedQueue<Waiter> arrivals = new ConcurrentLinkedQueue<>();
  private final LongAdder slowRounds = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final List<Round> rounds = new ArrayList<>();
  private final LongSupplier nowNanos;
  private final long timeoutNanos;
  private final Runnable wake;
  private List<Waiter> unsent = new ArrayList<>();
  private long nextRound;
  private volatile boolean soleVoter;
  private volatile boolean closed;

  private record Waiter(
      Executor executor, Consumer<@Nullable KvError> callback, long deadlineNanos) {
    void finish(@Nullable KvError error) {
      executor.execute(() -> callback.accept(error));
    }
  }

  private static final class Round {
    long id;
    long leader;
    final List<Waiter> waiters;
    long sentNanos;
    long index = -1;

    Round(long id, long leader, List<Waiter> waiters, long sentNanos) {
      this.id = id;
      this.leader = leader;
      this.waiters = waiters;
      this.sentNanos = sentNanos;
    }
  }

  /**
   * Creates the barrier.
   *
   * @param firstRound the first id of a round; ids of this and of earlier processes of this member
   *     must differ, or a late answer would confirm what it was not asked for
   * @param timeoutNanos how long a read waits at most
   * @param wake makes the node loop look at new arrivals
   */
  public ReadBarrier(LongSupplier nowNanos, long firstRound, long timeoutNanos, Runnable wake) {
    this.nextRound = firstRound;
    this.nowNanos = nowNanos;
    this.timeoutNanos = timeoutNanos;
    this.wake = wake;
  }

  /**
   * Runs {@code callback} when a read may be served, with null, or with the reason why it may not.
   */
  public void await(Executor executor, Consumer<@Nullable KvError> callback) {
    if (soleVoter) {
      callback.accept(null);
      return;
    }
    if (closed) {
      callback.accept(KvError.STOPPED);
      return;
    }
    Waiter waiter = new Waiter(executor, callback, nowNanos.getAsLong() + timeoutNanos);
    arrivals.add(waiter);
    wake.run();
    if (closed && arrivals.remove(waiter)) {
      fail(waiter, KvError.STOPPED); // it came too late to be failed with all others
    }
  }

  /** Rounds that had to be asked for again since the start. Thread-safe. */
  public long slowRounds() {
    return slowRounds.sum();
  }

  /** Reads that failed since the start. Thread-safe. */
  public long failures() {
    return failures.sum();
  }

  private void fail(Waiter waiter, KvError error) {
    failures.increment();
    waiter.finish(error);
  }

  /** Says whether this member leads, alone, and has applied an entry of its own term. */
  void soleVoter(boolean alone) {
    soleVoter = alone;
  }

  /**
   * Sends one round for all that arrived since the last, unless {@code confirm} does not take it
   * yet.
   */
  void send(RoundSender confirm) {
    for (Waiter each = arrivals.poll(); each != null; each = arrivals.poll()) {
      unsent.add(each);
    }
    if (unsent.isEmpty()) {
      return;
    }
    if (closed) {
      unsent.forEach(waiter -> fail(waiter, KvError.STOPPED));
      unsent.clear();
      return;
    }
    long leader = confirm.readIndex(nextRound);
    if (leader != 0) {
      rounds.add(new Round(nextRound++, leader, unsent, nowNanos.getAsLong()));
      unsent = new ArrayList<>();
    }
  }

  /** Asks consensus to confirm leadership. */
  interface RoundSender {
    /** Returns the leader that was asked; 0 if none is known. */
    long readIndex(long id);
  }

  /** Consensus confirmed a round. */
  void confirmed(long id, long index, long applied) {
    for (Round round : rounds) {
      if (round.id == id) {
        round.index = index;
      }
    }
    applied(applied);
  }

  /** The state machine has got to {@code applied}. */
  void applied(long applied) {
    for (Iterator<Round> each = rounds.iterator(); each.hasNext(); ) {
      Round round = each.next();
      if (round.index >= 0 && round.index <= applied) {
        each.remove();
        round.waiters.forEach(waiter -> waiter.finish(null));
      }
    }
  }

  /** There is another leader: what was asked of the old one will not be answered. */
  void leaderChanged(long leader) {
    for (Iterator<Round> each = rounds.iterator(); each.hasNext(); ) {
      Round round = each.next();
      if (round.index < 0 && round.leader != leader) {
        each.remove();
        round.waiters.forEach(waiter -> fail(waiter, KvError.LEADER_CHANGED));
      }
    }
  }

  /**
   * Fails those whose time is over, and asks again, under a new id, for rounds that stay
   * unanswered.
   */
  void tick(RoundSender confirm) {
    long now = nowNanos.getAsLong();
    unsent = expire(unsent, now);
    for (Iterator<Round> each = rounds.iterator(); each.hasNext(); ) {
      Round round = each.next();
      List<Waiter> left = expire(round.waiters, now);
      round.waiters.retainAll(left);
      if (round.waiters.isEmpty()) {
        each.remove();
      } else if (round.index < 0 && now - round.sentNanos >= RETRY_NANOS) {
        // a fresh id each time: an answer to the old one may stem from before a pause of this
        // process
        slowRounds.increment();
        long leader = confirm.readIndex(nextRound);
        if (leader != 0) {
          round.id = nextRound++;
          round.leader = leader;
        }
        round.sentNanos = now;
      }
    }
  }

  private List<Waiter> expire(List<Waiter> waiters, long now) {
    List<Waiter> left = new ArrayList<>(waiters.size());
    for (Waiter waiter : waiters) {
      if (now - waiter.deadlineNanos() >= 0) {
        fail(waiter, KvError.TIMED_OUT);
      } else {
        left.add(waiter);
      }
    }
    return left;
  }

  /** Fails all, and everything that comes later. */
  public void close() {
    closed = true;
    soleVoter = false;
    send(_ -> 0);
    rounds.forEach(round -> round.waiters.forEach(waiter -> fail(waiter, KvError.STOPPED)));
    rounds.clear();
  }
}
