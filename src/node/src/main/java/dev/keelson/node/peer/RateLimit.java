package dev.keelson.node.peer;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Spreads bytes over time: whoever took some waits until the time they are worth has passed. Short
 * pauses may be caught up. Shared by all transfers. Thread-safe.
 */
final class RateLimit {
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final long bytesPerSecond;
  private final LongSupplier nanoTime;
  private long paidUntilNanos;

  /**
   * Creates a limit.
   *
   * @param bytesPerSecond 0 for none
   */
  RateLimit(long bytesPerSecond, LongSupplier nanoTime) {
    this.bytesPerSecond = bytesPerSecond;
    this.nanoTime = nanoTime;
    this.paidUntilNanos = nanoTime.getAsLong();
  }

  /** Takes bytes and says how long to wait before sending them, in nanoseconds. */
  synchronized long take(int bytes) {
    if (bytesPerSecond <= 0) {
      return 0;
    }
    long now = nanoTime.getAsLong();
    long from = Math.max(paidUntilNanos - now, -BURST_NANOS) + now;
    paidUntilNanos = from + (long) (bytes * 1e9 / bytesPerSecond);
    return Math.max(0, from - now);
  }
}
