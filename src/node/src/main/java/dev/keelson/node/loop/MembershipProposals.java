package dev.keelson.node.loop;

import dev.keelson.kv.Applied;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.raft.ProposalDroppedException;
import dev.keelson.raft.confchange.ConfChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of membership changes into the log. A leader carries out one at a time and puts an empty
 * entry in the place of another, without telling anybody; so a change that has not been seen for a
 * while is proposed again. That is safe for those the state machine refuses the second time:
 * additions (an id is used once), promotions and removals. As in etcd there is no time limit but
 * the caller's patience. Thread-safe.
 */
public final class MembershipProposals {
  private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
  private final RequestIds ids;
  private final LongSupplier nowNanos;
  private final long retryNanos;
  private final Runnable wake;
  private volatile boolean closed;

  /** A change on its way, and who wants to know. */
  static final class Waiting {
    private final ConfChange.V1 change;
    private final Executor executor;
    private final Consumer<Applied> callback;
    private final BooleanSupplier abandoned;

    /** When it was proposed last; loop only. */
    private long sentNanos;

    private boolean sent;

    private Waiting(
        ConfChange.V1 change,
        Executor executor,
        Consumer<Applied> callback,
        BooleanSupplier abandoned) {
      this.change = change;
      this.executor = executor;
      this.callback = callback;
      this.abandoned = abandoned;
    }

    Executor executor() {
      return executor;
    }

    void complete(Applied outcome) {
      callback.accept(outcome);
    }
  }

  /** Takes a change into consensus. */
  interface Proposer {
    void propose(ConfChange change) throws ProposalDroppedException;
  }

  /**
   * Creates the table.
   *
   * @param retryNanos after which a change that was not seen is proposed again
   * @param wake makes the node loop look
   */
  public MembershipProposals(
      RequestIds ids, LongSupplier nowNanos, long retryNanos, Runnable wake) {
    this.ids = ids;
    this.nowNanos = nowNanos;
    this.retryNanos = retryNanos;
    this.wake = wake;
  }

  /**
   * Proposes a change. The callback runs once, on {@code executor}, when it was applied here, with
   * the members as of then or with the reason why it was refused.
   *
   * @param abandoned whether nobody waits any more; the change may happen all the same
   */
  public void propose(
      ConfChange.Type type,
      long memberId,
      byte[] context,
      BooleanSupplier abandoned,
      Executor executor,
      Consumer<Applied> callback) {
    long id = ids.next();
    Waiting pending =
        new Waiting(new ConfChange.V1(id, type, memberId, context), executor, callback, abandoned);
    waiting.put(id, pending);
    wake.run();
    if (closed) {
      close();
    }
  }

  /** Proposes what was not proposed yet, or not for a while. Loop only. */
  void send(Proposer proposer) {
    if (waiting.isEmpty()) {
      return;
    }
    waiting.values().removeIf(each -> each.abandoned.getAsBoolean());
    long now = nowNanos.getAsLong();
    for (Waiting each : waiting.values()) {
      if (!each.sent || isOverdue(each, now)) {
        try {
          proposer.propose(each.change);
          each.sent = true;
          each.sentNanos = now;
        } catch (ProposalDroppedException e) {
          // certainly not taken: the next tick tries again
          return;
        }
      }
    }
  }

  private boolean isOverdue(Waiting each, long now) {
    // a late second copy of an update could undo a newer one
    return each.change.type() != ConfChange.Type.UPDATE && now - each.sentNanos >= retryNanos;
  }

  /** Who waits here for the change of this id; null if nobody. */
  @Nullable Waiting claim(long id) {
    return id == 0 ? null : waiting.remove(id);
  }

  /** Fails all, and everything that comes later. */
  public void close() {
    closed = true;
    List<Waiting> all = new ArrayList<>(waiting.values());
    for (Waiting each : all) {
      if (waiting.remove(each.change.id(), each)) {
        Applied stopped = new Applied(null, new KvException(KvError.STOPPED));
        each.executor.execute(() -> each.complete(stopped));
      }
    }
  }
}
