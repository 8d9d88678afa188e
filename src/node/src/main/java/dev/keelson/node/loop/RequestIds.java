package dev.keelson.node.loop;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids that are unique over members and restarts, made as etcd makes them: 16 bits of the member id,
 * 40 bits of the start time in milliseconds, 8 bits of counter that carry upward.
 */
public final class RequestIds {
  private static final long LEASE_MASK = Long.MAX_VALUE;

  private final AtomicLong next;

  /**
   * Starts a sequence.
   *
   * @param startMillis the wall-clock time of the start, in milliseconds
   */
  public RequestIds(long memberId, long startMillis) {
    long prefix = memberId << 48;
    long start = (startMillis & (1L << 40) - 1) << 8;
    next = new AtomicLong(prefix | start);
  }

  public long next() {
    return next.incrementAndGet();
  }

  /** An id for a lease: positive. */
  public long nextLease() {
    long id = next() & LEASE_MASK;
    return id == 0 ? nextLease() : id;
  }
}
