package dev.keelson.storage.bbolt;

import java.util.BitSet;

/** Which pages of a file have their place: each belongs to one. */
final class PageMarks {
  private final BitSet used;
  private final BitSet free;
  private final long pageCount;

  PageMarks(long pageCount) {
    this.pageCount = Math.min(pageCount, Integer.MAX_VALUE);
    used = new BitSet();
    free = new BitSet();
    used.set(0, (int) BoltLayout.FIRST_PAGE);
  }

  /**
   * Takes pages into use.
   *
   * @throws BoltException if one has been found in another place
   */
  void use(long first, long count) throws BoltException {
    long end = first + count;
    if (end > pageCount) {
      throw BoltException.at(first, "files of more than " + pageCount + " pages are not supported");
    }
    for (int page = (int) first; page < end; page++) {
      if (free.get(page)) {
        throw BoltException.at(page, "it is in use and in the list of free pages");
      }
      if (used.get(page)) {
        throw BoltException.at(page, "it is used in two places");
      }
    }
    used.set((int) first, (int) end);
  }

  /** Marks a page as listed to be free. */
  void free(long page) throws BoltException {
    if (page < BoltLayout.FIRST_PAGE || page >= pageCount) {
      throw BoltException.at(page, "it is in the list of free pages but not in the file");
    }
    if (free.get((int) page)) {
      throw BoltException.at(page, "it is twice in the list of free pages");
    }
    free.set((int) page);
  }

  /** Fails if a page is neither in use nor free. */
  void requireNoLoss() throws BoltException {
    BitSet all = (BitSet) used.clone();
    all.or(free);
    int lost = all.nextClearBit(0);
    if (lost < pageCount) {
      throw BoltException.at(lost, "it is neither in use nor in the list of free pages");
    }
  }
}
