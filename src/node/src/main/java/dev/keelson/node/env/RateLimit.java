package dev.keelson.node.env;

import java.util.concurrent.TimeUnit;

/**
 * Spreads bytes over time: whoever took some waits until the time they are worth has passed. Short
 * pauses may be caught up. Shared by all who send. Thread-safe.
 */
public final class RateLimit {
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final long bytesPerSecond;
  private final Environment environment;
  private long paidUntilNanos;

  /**
   * Creates a limit.
   *
   * @param bytesPerSecond 0 for none
   */
  public RateLimit(long bytesPerSecond, Environment environment) {
    this.bytesPerSecond = bytesPerSecond;
    this.environment = environment;
    this.paidUntilNanos = environment.nanoTime();
  }

  /** Takes bytes and says how long to wait before sending them, in nanoseconds. */
  public synchronized long take(int bytes) {
    if (bytesPerSecond <= 0) {
      return 0;
    }
    long now = environment.nanoTime();
    long from = Math.max(paidUntilNanos - now, -BURST_NANOS) + now;
    paidUntilNanos = from + (long) (bytes * 1e9 / bytesPerSecond);
    return Math.max(0, from - now);
  }

  /** Runs something once that much time has passed. */
  public void after(long nanos, Runnable next) {
    var _ = environment.after(TimeUnit.NANOSECONDS.toMillis(nanos) + 1, next);
  }
}
