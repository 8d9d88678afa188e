package dev.keelson.kv.mvcc;

/**
 * What the rows take that a walk over the events has lately passed: most rows that it removes are
 * among them, and need not be read once more to learn that. Holds up to {@value #SLOTS} rows, with
 * consecutive revisions the last ones; 2.5 MiB.
 */
final class RecentRows {
  private static final int SLOTS = 1 << 17;
  private static final int MASK = SLOTS - 1;

  private final long[] mains = new long[SLOTS];
  private final long[] subs = new long[SLOTS];
  private final int[] bytes = new int[SLOTS];

  /** Notes a row; one that has the same place is forgotten. */
  void passed(long main, long sub, int rowBytes) {
    int slot = slot(main, sub);
    mains[slot] = main;
    subs[slot] = sub;
    bytes[slot] = rowBytes;
  }

  /** What a row takes, which is forgotten then; -1 if it is not known. */
  int take(Revision at) {
    int slot = slot(at.main(), at.sub());
    if (mains[slot] != at.main() || subs[slot] != at.sub()) {
      return -1;
    }
    mains[slot] = 0; // no change has that revision
    return bytes[slot];
  }

  private static int slot(long main, long sub) {
    return (int) (main + sub) & MASK;
  }
}
