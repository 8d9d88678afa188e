package dev.keelson.kv.lease;

import dev.keelson.kv.lease.Leases.Granted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides on the leader when leases expire. It never changes the replicated state: an expired lease
 * is revoked by a proposed entry. A member that is not the leader holds no deadlines; one that
 * becomes leader gives every lease its full time again plus an extension, because keepalives may
 * have been lost with the old leader.
 *
 * <p>Thread-safe. Times are milliseconds of the monotonic clock handed in.
 */
public final class Lessor {
  /** How many deadlines of leases already gone the queue may hold, beside one per lease. */
  private static final int QUEUE_SLACK = 1024;

  private final Leases leases;
  private final LongSupplier nowMillis;
  private final Map<Long, Deadline> deadlines = new HashMap<>();
  private final PriorityQueue<Deadline> queue =
      new PriorityQueue<>(
          Comparator.comparingLong((Deadline each) -> each.queuedMillis)
              .thenComparingLong(each -> each.lease.id()));
  private boolean primary;
  private long primaryTerm;

  private static final class Deadline {
    final Granted lease;
    long millis;
    long queuedMillis;
    boolean revoking;
    @Nullable List<Runnable> gone;

    Deadline(Granted lease, long millis) {
      this.lease = lease;
      this.millis = millis;
      this.queuedMillis = millis;
    }
  }

  /**
   * Leases whose time is over.
   *
   * @param term the term in which this was decided: a leader of another knows other deadlines
   */
  public record Expired(long term, List<Long> ids) {}

  /** How a renewal went. */
  public enum Renewal {
    /** The deadline was moved. */
    RENEWED,
    /** No such lease. */
    NOT_FOUND,
    /** Expired and about to be revoked: it cannot be saved; the callback runs when it is gone. */
    EXPIRING,
    /** This member is not the leader. */
    NOT_PRIMARY
  }

  public Lessor(Leases leases, LongSupplier nowMillis) {
    this.leases = leases;
    this.nowMillis = nowMillis;
  }

  /** Whether this member decides on expiry. */
  public synchronized boolean isPrimary() {
    return primary;
  }

  /** The term this member decides on expiry for; 0 if it does not. */
  public synchronized long primaryTerm() {
    return primary ? primaryTerm : 0;
  }

  /**
   * Takes over expiry: every lease lives its full time from now, and {@code extensionMillis} more.
   * Only when all that earlier leaders have left in the log is applied, as in etcd: a revocation
   * among it would end a lease after it was renewed here.
   *
   * @param term the term that this member leads
   */
  public synchronized void promote(long term, long extensionMillis) {
    primary = true;
    primaryTerm = term;
    deadlines.clear();
    queue.clear();
    long now = nowMillis.getAsLong();
    for (Granted lease : leases.all()) {
      add(lease, now + extensionMillis);
    }
  }

  /** Gives expiry up; those waiting for a revocation are told to ask the new leader. */
  public synchronized List<Runnable> demote() {
    primary = false;
    List<Runnable> waiting = new ArrayList<>();
    for (Deadline each : deadlines.values()) {
      if (each.gone != null) {
        waiting.addAll(each.gone);
      }
    }
    deadlines.clear();
    queue.clear();
    return waiting;
  }

  /** Tells that a lease was granted. */
  public synchronized void granted(Granted lease) {
    if (primary) {
      add(lease, nowMillis.getAsLong());
    }
  }

  private void add(Granted lease, long fromMillis) {
    Deadline deadline = new Deadline(lease, fromMillis + lease.ttlSeconds() * 1000);
    deadlines.put(lease.id(), deadline);
    queue.add(deadline);
  }

  /** Tells that a lease was revoked; returns what waits for it. */
  public synchronized List<Runnable> revoked(long id) {
    Deadline deadline = deadlines.remove(id);
    // the queue drops it when its turn comes, or when too many such have gathered
    if (queue.size() > 2 * deadlines.size() + QUEUE_SLACK) {
      queue.removeIf(each -> deadlines.get(each.lease.id()) != each);
    }
    return deadline == null || deadline.gone == null ? List.of() : deadline.gone;
  }

  /**
   * Moves the deadline to a full time to live from now.
   *
   * @param gone runs once the lease is gone, if the answer is {@link Renewal#EXPIRING}
   */
  public synchronized Renewal renew(long id, Runnable gone) {
    if (!primary) {
      return Renewal.NOT_PRIMARY;
    }
    Deadline deadline = deadlines.get(id);
    if (deadline == null) {
      return Renewal.NOT_FOUND;
    }
    long now = nowMillis.getAsLong();
    if (deadline.revoking || now >= deadline.millis) {
      if (deadline.gone == null) {
        deadline.gone = new ArrayList<>(1);
      }
      deadline.gone.add(gone);
      return Renewal.EXPIRING;
    }
    long next = now + deadline.lease.ttlSeconds() * 1000;
    if (next < deadline.queuedMillis) {
      // it waits in the queue for the end of a new leader's extension, which renewals do not get
      add(deadline.lease, now);
    } else {
      deadline.millis = next;
    }
    return Renewal.RENEWED;
  }

  /** How many deadlines wait in the queue, those of leases already gone included. */
  synchronized int queued() {
    return queue.size();
  }

  /** Remaining time in whole seconds, truncated; -1 for a lease without deadline here. */
  public synchronized long remainingSeconds(long id) {
    Deadline deadline = deadlines.get(id);
    return deadline == null ? -1 : Math.max(0, deadline.millis - nowMillis.getAsLong()) / 1000;
  }

  /** Ids of all leases, soonest deadline first on the leader, ascending elsewhere. */
  public synchronized List<Long> ids() {
    if (!primary) {
      return leases.all().stream().map(Granted::id).sorted().toList();
    }
    return deadlines.values().stream()
        .sorted(
            Comparator.comparingLong((Deadline each) -> each.millis)
                .thenComparingLong(each -> each.lease.id()))
        .map(each -> each.lease.id())
        .toList();
  }

  /**
   * Leases whose time is over and that have not been handed out yet.
   *
   * @param max how many at most
   */
  public synchronized Expired takeExpired(int max) {
    if (!primary) {
      return new Expired(0, List.of());
    }
    List<Long> expired = new ArrayList<>();
    long now = nowMillis.getAsLong();
    for (Deadline first = queue.peek();
        first != null && first.queuedMillis <= now && expired.size() < max;
        first = queue.peek()) {
      queue.remove();
      if (deadlines.get(first.lease.id()) != first) {
        continue;
      }
      if (first.millis > now) {
        // renewed since it was queued
        first.queuedMillis = first.millis;
        queue.add(first);
        continue;
      }
      first.revoking = true;
      expired.add(first.lease.id());
    }
    return new Expired(primaryTerm, expired);
  }

  /** A revocation did not take effect: it is tried again {@code afterMillis} from now. */
  public synchronized void retry(long id, long afterMillis) {
    Deadline deadline = deadlines.get(id);
    if (deadline != null && deadline.revoking) {
      deadline.revoking = false;
      deadline.queuedMillis = nowMillis.getAsLong() + afterMillis;
      queue.add(deadline);
    }
  }
}
