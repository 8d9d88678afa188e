package dev.keelson.kv.watch;

import java.util.List;

/** Defects that need the package; see {@code dev.keelson.sim.planted}. */
public final class WatchDefects {
  private WatchDefects() {}

  /** A watcher that has caught up goes live without what was delivered meanwhile. */
  static void joinWithGap(DeliveryLoop loop, List<Watcher> watchers, long next) {
    loop.join(watchers, Long.MAX_VALUE);
  }

  /** A watcher that is behind does not hold progress up. */
  static boolean seemsSynced(Watcher watcher) {
    return true;
  }

  /** Late watchers are not told that their position is compacted. */
  static void forgetCompaction(EventHistory history, long revision) {}
}
