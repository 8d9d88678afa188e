package dev.keelson.kv.watch;

/** Defects that need the package; see {@code dev.keelson.sim.planted}. */
public final class WatchDefects {
  private WatchDefects() {}

  /** A watcher gets all there is, wherever it begins. */
  static int fromTheFirst(EventBlock events, long revision) {
    return 0;
  }

  /** A watcher that is behind does not hold progress up. */
  static boolean seemsSynced(Watcher watcher) {
    return true;
  }
}
