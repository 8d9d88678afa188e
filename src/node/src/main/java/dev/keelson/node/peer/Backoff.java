package dev.keelson.node.peer;

import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: they double up to a limit, and half of each is random, so that members
 * that lost a peer at the same time do not come back at the same time.
 */
final class Backoff {
  private final long minMillis;
  private final long maxMillis;
  private final RandomGenerator random;
  private long nextMillis;

  Backoff(long minMillis, long maxMillis, RandomGenerator random) {
    this.minMillis = minMillis;
    this.maxMillis = maxMillis;
    this.random = random;
    this.nextMillis = minMillis;
  }

  /** The pause before the next attempt, in milliseconds. */
  long next() {
    long full = nextMillis;
    nextMillis = Math.min(maxMillis, 2 * full);
    return full / 2 + random.nextLong(full / 2 + 1);
  }

  /** An attempt was successful. */
  void reset() {
    nextMillis = minMillis;
  }
}
