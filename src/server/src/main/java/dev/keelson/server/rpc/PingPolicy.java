package dev.keelson.server.rpc;

import java.time.Duration;

/**
 * Judges how often a client pings, by grpc-go's rules: a ping that comes too soon is a strike,
 * sending something to the client forgives all, and the third strike is too many. Times are
 * nanoseconds of one monotonic clock.
 */
final class PingPolicy {
  private static final int STRIKES_MAX = 2;
  private static final long IDLE_MIN_NANOS = Duration.ofHours(2).toNanos();

  private final long minNanos;
  private long lastNanos;
  private boolean forgiven = true;
  private int strikes;

  PingPolicy(Duration minTime, long nowNanos) {
    minNanos = minTime.toNanos();
    lastNanos = nowNanos;
  }

  /** Something was sent to the client. */
  void sent() {
    forgiven = true;
  }

  /** Whether a ping that came now is one too many. */
  boolean tooMany(long nowNanos, boolean hasStreams) {
    long sinceNanos = nowNanos - lastNanos;
    lastNanos = nowNanos;
    if (forgiven) {
      forgiven = false;
      strikes = 0;
      return false;
    }
    if (sinceNanos < (hasStreams ? minNanos : IDLE_MIN_NANOS)) {
      strikes++;
    }
    return strikes > STRIKES_MAX;
  }
}
