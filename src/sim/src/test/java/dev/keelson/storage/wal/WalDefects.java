package dev.keelson.storage.wal;

/** Defects that need the package; see {@code dev.keelson.sim.planted}. */
public final class WalDefects {
  private WalDefects() {}

  /** A torn write is taken for damage. */
  static boolean neverTorn(SegmentReader reader, int end) {
    return false;
  }

  /** Damage is taken for a torn write. */
  static boolean alwaysTorn(SegmentReader reader, int end) {
    return true;
  }

  /** What follows is not looked at. */
  static void refuseNothing(Segment segment, SegmentReader reader, int end, int remains) {}
}
