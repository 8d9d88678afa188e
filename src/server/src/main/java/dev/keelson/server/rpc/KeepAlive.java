package dev.keelson.server.rpc;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Pings a client that has been silent for long, and gives up on one that does not answer. */
final class KeepAlive {
  private final EventExecutor loop;
  private final long intervalNanos;
  private final long timeoutNanos;
  private final Runnable ping;
  private final Runnable dead;
  private boolean heard;
  private @Nullable Future<?> next;

  /**
   * Begins to watch.
   *
   * @param intervalNanos 0 for never
   */
  KeepAlive(
      EventExecutor loop, long intervalNanos, long timeoutNanos, Runnable ping, Runnable dead) {
    this.loop = loop;
    this.intervalNanos = intervalNanos;
    this.timeoutNanos = timeoutNanos;
    this.ping = ping;
    this.dead = dead;
    if (intervalNanos > 0) {
      next = loop.schedule(this::check, intervalNanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Something came from the client. */
  void heard() {
    heard = true;
  }

  private void check() {
    if (heard) {
      heard = false;
      next = loop.schedule(this::check, intervalNanos, TimeUnit.NANOSECONDS);
    } else {
      ping.run();
      next = loop.schedule(this::judge, timeoutNanos, TimeUnit.NANOSECONDS);
    }
  }

  private void judge() {
    if (heard) {
      check();
    } else {
      dead.run();
    }
  }

  void stop() {
    if (next != null) {
      next.cancel(false);
    }
  }
}
