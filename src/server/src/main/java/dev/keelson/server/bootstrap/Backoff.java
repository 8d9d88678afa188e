package dev.keelson.server.bootstrap;

import java.time.Duration;

/** How a member waits before it asks a discovery service again. */
@FunctionalInterface
interface Backoff {
  /** Sleeps. */
  Backoff REAL = Thread::sleep;

  void pause(Duration duration) throws InterruptedException;

  /**
   * Two seconds after the first failure, twice as long after each further one, and from the eighth
   * on 256, as etcd does.
   *
   * @param failures in a row, from 1
   */
  static Duration after(int failures) {
    return Duration.ofSeconds(1L << Math.min(failures, 8));
  }
}
