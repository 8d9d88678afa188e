package dev.keelson.sim.member;

import dev.keelson.sim.time.EventQueue;

/**
 * A host's two clocks. The monotonic one runs a little too fast or too slow; the wall clock may be
 * anything.
 */
final class HostClock {
  private static final long MILLION = 1_000_000;

  private final EventQueue queue;
  private final long originNanos;
  private final long driftPpm;
  private long wallOffsetMillis;

  /**
   * Sets the clocks.
   *
   * @param originNanos what the monotonic clock shows at the start; any number
   * @param driftPpm how many microseconds it gains per second; negative if it loses
   */
  HostClock(EventQueue queue, long originNanos, long driftPpm, long wallOffsetMillis) {
    this.queue = queue;
    this.originNanos = originNanos;
    this.driftPpm = driftPpm;
    this.wallOffsetMillis = wallOffsetMillis;
  }

  long nanoTime() {
    long now = queue.nowNanos();
    return originNanos + now + now / MILLION * driftPpm;
  }

  long wallMillis() {
    return wallOffsetMillis + queue.nowNanos() / MILLION;
  }

  /** The wall clock is set. */
  void jumpWall(long millis) {
    wallOffsetMillis += millis;
  }

  /** How long it takes until this clock has advanced by so much. */
  long trueNanos(long localNanos) {
    return localNanos - localNanos / MILLION * driftPpm;
  }
}
