package dev.keelson.storage.bbolt;

import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Walks the rows of one tree by ascending key. */
final class TreeCursor {
  /** A tree of two children to a branch is less deep with any file that fits on a disk. */
  private static final int DEPTH_MAX = 64;

  /** What the branches above a leaf may take together. */
  private static final long BRANCH_BYTES_MAX = 8L << 20;

  private final BoltReader reader;
  private final PageMarks marks;
  private final int rowFlags;
  private final ArrayDeque<Branch> above = new ArrayDeque<>();
  private BoltPage leaf;
  private int row = -1;
  private long branchBytes;

  private static final class Branch {
    final BoltPage page;
    final byte @Nullable [] to;
    int next;

    Branch(BoltPage page, byte @Nullable [] to) {
      this.page = page;
      this.to = to;
    }
  }

  /**
   * Begins with a root page that is in memory.
   *
   * @param rowFlags the flags that every row must have: 1 if the values are buckets
   */
  TreeCursor(BoltReader reader, PageMarks marks, BoltPage root, int rowFlags) throws IOException {
    this.reader = reader;
    this.marks = marks;
    this.rowFlags = rowFlags;
    leaf = descend(root, null, null);
  }

  /** Moves to the next row; false when there is none. */
  boolean next() throws IOException {
    while (++row >= leaf.count()) {
      Branch parent = above.peek();
      while (parent != null && parent.next == parent.page.count()) {
        above.pop();
        branchBytes -= parent.page.sizeBytes();
        parent = above.peek();
      }
      if (parent == null) {
        row = leaf.count();
        return false;
      }
      leaf = child(parent);
      row = -1;
    }
    if (leaf.flags(row) != rowFlags) {
      throw BoltException.at(
          leaf.id(), "element %d has the flags %d".formatted(row, leaf.flags(row)));
    }
    return true;
  }

  byte[] key() {
    return leaf.key(row);
  }

  byte[] value() {
    return leaf.value(row);
  }

  /** The page of the current row. */
  long page() {
    return leaf.id();
  }

  private BoltPage child(Branch parent) throws IOException {
    int at = parent.next++;
    byte[] to = at + 1 < parent.page.count() ? parent.page.key(at + 1) : parent.to;
    return descend(reader.page(parent.page.child(at), marks), parent.page.key(at), to);
  }

  /** Goes down to the first leaf below a page. */
  private BoltPage descend(BoltPage start, byte @Nullable [] from, byte @Nullable [] to)
      throws IOException {
    BoltPage page = start;
    page.checkOrder(from, to);
    if (page.isLeaf()) {
      return page;
    }
    branchBytes += page.sizeBytes();
    if (above.size() == DEPTH_MAX || branchBytes > BRANCH_BYTES_MAX) {
      throw BoltException.at(page.id(), "it lies too deep in its tree");
    }
    Branch branch = new Branch(page, to);
    above.push(branch);
    return child(branch);
  }
}
