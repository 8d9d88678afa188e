package dev.keelson.sim.network;

/** The way from one host to another, in one direction. */
final class Link {
  /** Nothing passes before this moment. */
  private long cutUntilNanos;

  /** Until this moment, {@code lossPermille} of what is sent vanishes. */
  private long flakyUntilNanos;

  private int lossPermille;

  /** Until this moment, everything takes {@code extraNanos} longer. */
  private long slowUntilNanos;

  private long extraNanos;

  /** The arrival of the last message that nothing may overtake. */
  private long lastArrivalNanos;

  void cut(long untilNanos) {
    cutUntilNanos = Math.max(cutUntilNanos, untilNanos);
  }

  void flaky(long untilNanos, int loss) {
    flakyUntilNanos = untilNanos;
    lossPermille = loss;
  }

  void slow(long untilNanos, long extra) {
    slowUntilNanos = untilNanos;
    extraNanos = extra;
  }

  void mend() {
    cutUntilNanos = 0;
    flakyUntilNanos = 0;
    slowUntilNanos = 0;
  }

  boolean isCut(long nowNanos) {
    return nowNanos < cutUntilNanos;
  }

  int lossPermille(long nowNanos) {
    return nowNanos < flakyUntilNanos ? lossPermille : 0;
  }

  long extraNanos(long nowNanos) {
    return nowNanos < slowUntilNanos ? extraNanos : 0;
  }

  /** The moment at which a message arrives that must not overtake those before it. */
  long inOrder(long arrivalNanos) {
    lastArrivalNanos = Math.max(lastArrivalNanos + 1, arrivalNanos);
    return lastArrivalNanos;
  }
}
