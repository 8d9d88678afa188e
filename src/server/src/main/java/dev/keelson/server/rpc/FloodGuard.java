package dev.keelson.server.rpc;

/**
 * Bounds frames that cost the sender nothing and the server something: resets, pings, settings,
 * empty data. A client may send a burst of them, and a steady number per second for ever.
 */
final class FloodGuard {
  private static final long BURST = 20_000;
  private static final long NANOS_PER_FRAME = 1_000_000;

  private long left = BURST;
  private long lastNanos;

  FloodGuard(long nowNanos) {
    lastNanos = nowNanos;
  }

  /** Counts one frame; true if it is one too many. */
  boolean tooMany(long nowNanos) {
    long earned = (nowNanos - lastNanos) / NANOS_PER_FRAME;
    if (earned > 0) {
      left = Math.min(BURST, left + earned);
      lastNanos += earned * NANOS_PER_FRAME;
    }
    return left-- <= 0;
  }
}
