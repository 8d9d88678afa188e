package dev.keelson.storage.bbolt;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds one B+tree bottom-up from rows in ascending key order: a leaf is appended to the file when
 * the next row does not fit, and so is a branch when the next child does not. Beside the row at
 * hand it keeps one unfinished page of each level.
 *
 * <p>Pages are filled to the brim, since what is appended later sorts behind; leaves of a long tree
 * go on over many pages, so that what is left empty at the end of each counts for little. A branch
 * always has two children or more, without which bbolt cannot take a page out of the tree.
 */
final class TreeWriter {
  private static final int ELEMENT_BYTES = 16;
  private static final int KEY_BYTES_MAX = 32768;
  private static final int VALUE_BYTES_MAX = Integer.MAX_VALUE - 1;

  /** A leaf of a long tree ends when it has at least so much, which bbolt calls overflow pages. */
  private static final int LONG_LEAF_BYTES = 32 * BoltLayout.PAGE_BYTES;

  /** A full branch is written only when this many children wait for the next one. */
  private static final int BRANCH_CHILDREN_MIN = 2;

  private final PageAllocator pages;
  private final int leafFlags;
  private final Leaves leaves;
  private final List<Row> leaf = new ArrayList<>();
  private final List<Branch> branches = new ArrayList<>();
  private long leafBytes = BoltLayout.PAGE_HEADER_BYTES;
  private byte @Nullable [] lastKey;

  /** When a leaf ends. */
  enum Leaves {
    /** Before a row that does not fit into its page. */
    OF_A_PAGE,

    /** With the row that fills {@value #LONG_LEAF_BYTES} bytes. */
    LONG
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Row(byte[] key, byte[] value, int offset, int length) {}

  @SuppressWarnings("ArrayRecordComponent")
  private record Child(byte[] firstKey, long page) {
    int sizeBytes() {
      return ELEMENT_BYTES + firstKey.length;
    }
  }

  /** The children of one level that no page holds yet. */
  private static final class Branch {
    final List<Child> children = new ArrayList<>();

    /** How many of the first children go into one page. */
    int fitting;

    private long bytes = BoltLayout.PAGE_HEADER_BYTES;

    void add(Child child) {
      if (fitting == children.size()
          && (fitting < BRANCH_CHILDREN_MIN
              || bytes + child.sizeBytes() <= BoltLayout.PAGE_BYTES)) {
        fitting++;
        bytes += child.sizeBytes();
      }
      children.add(child);
    }

    /** Forgets the first children. */
    void drop(int count) {
      List<Child> rest = List.copyOf(children.subList(count, children.size()));
      children.clear();
      fitting = 0;
      bytes = BoltLayout.PAGE_HEADER_BYTES;
      rest.forEach(this::add);
    }
  }

  /**
   * Starts a tree.
   *
   * @param leafFlags the flags of every row: 1 if the values are bucket headers
   */
  TreeWriter(PageAllocator pages, int leafFlags, Leaves leaves) {
    this.pages = pages;
    this.leafFlags = leafFlags;
    this.leaves = leaves;
  }

  /**
   * How many pages a tree of long leaves takes at most.
   *
   * @param rowBytes the sum of {@link #rowBytes} over all rows
   * @param keyBytesMax how long keys are; much less than a page
   */
  static long longPagesMax(long rowBytes, int keyBytesMax) {
    long leaves = rowBytes / (LONG_LEAF_BYTES - BoltLayout.PAGE_HEADER_BYTES) + 1;
    // each leaf begins on a page of its own
    long total =
        (rowBytes + leaves * BoltLayout.PAGE_HEADER_BYTES) / BoltLayout.PAGE_BYTES + leaves;
    int childrenMin =
        (BoltLayout.PAGE_BYTES - BoltLayout.PAGE_HEADER_BYTES) / (ELEMENT_BYTES + keyBytesMax);
    // the last two branches of a level may share the children of one
    for (long level = leaves; level > 1; total += level) {
      level = Math.ceilDiv(level, childrenMin / 2);
    }
    return total;
  }

  /** What a row takes of the leaves. */
  static long rowBytes(int keyBytes, int valueBytes) {
    return (long) ELEMENT_BYTES + keyBytes + valueBytes;
  }

  /** Adds a row; the arrays are kept until their page is written. */
  void put(byte[] key, byte[] value, int offset, int length) {
    if (key.length == 0 || key.length > KEY_BYTES_MAX || length > VALUE_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a key of " + key.length + " bytes and a value of " + length);
    }
    if (lastKey != null && Arrays.compareUnsigned(lastKey, key) >= 0) {
      throw new IllegalArgumentException("keys do not ascend");
    }
    lastKey = key;
    long size = rowBytes(key.length, length);
    if (!leaf.isEmpty() && isFull(size)) {
      endLeaf();
    }
    leaf.add(new Row(key, value, offset, length));
    leafBytes += size;
  }

  private boolean isFull(long more) {
    return switch (leaves) {
      case OF_A_PAGE -> leafBytes + more > BoltLayout.PAGE_BYTES;
      case LONG -> leafBytes >= LONG_LEAF_BYTES;
    };
  }

  /**
   * Writes what is unfinished.
   *
   * @return the root page
   */
  long finish() {
    if (branches.isEmpty()) {
      return writeLeaf();
    }
    endLeaf();
    int level = 0;
    while (true) {
      Branch branch = branches.get(level);
      int count = branch.children.size();
      if (count > branch.fitting && count >= 2 * BRANCH_CHILDREN_MIN) {
        endBranch(level, count - BRANCH_CHILDREN_MIN);
      }
      if (level == branches.size() - 1) {
        return writeBranch(branch.children);
      }
      endBranch(level, branch.children.size());
      level++;
    }
  }

  private void endLeaf() {
    byte[] firstKey = leaf.getFirst().key;
    addChild(0, new Child(firstKey, writeLeaf()));
  }

  private long writeLeaf() {
    long page = pages.append(BoltLayout.LEAF, leaf.size(), leafBytes, this::writeRows);
    leaf.clear();
    leafBytes = BoltLayout.PAGE_HEADER_BYTES;
    return page;
  }

  private void writeRows(ByteBuffer out) {
    int element = BoltLayout.PAGE_HEADER_BYTES;
    int data = element + leaf.size() * ELEMENT_BYTES;
    for (Row row : leaf) {
      out.putInt(leafFlags).putInt(data - element).putInt(row.key.length).putInt(row.length);
      element += ELEMENT_BYTES;
      data += row.key.length + row.length;
    }
    for (Row row : leaf) {
      out.put(row.key).put(row.value, row.offset, row.length);
    }
  }

  private void addChild(int level, Child child) {
    if (level == branches.size()) {
      branches.add(new Branch());
    }
    Branch branch = branches.get(level);
    branch.add(child);
    if (branch.children.size() - branch.fitting == BRANCH_CHILDREN_MIN) {
      endBranch(level, branch.fitting);
    }
  }

  /** Writes the first children of a level as a page. */
  private void endBranch(int level, int count) {
    Branch branch = branches.get(level);
    List<Child> children = branch.children.subList(0, count);
    Child parent = new Child(children.getFirst().firstKey, writeBranch(children));
    branch.drop(count);
    addChild(level + 1, parent);
  }

  private long writeBranch(List<Child> children) {
    long size = BoltLayout.PAGE_HEADER_BYTES;
    for (Child child : children) {
      size += child.sizeBytes();
    }
    return pages.append(
        BoltLayout.BRANCH, children.size(), size, out -> writeChildren(out, children));
  }

  private static void writeChildren(ByteBuffer out, List<Child> children) {
    int element = BoltLayout.PAGE_HEADER_BYTES;
    int data = element + children.size() * ELEMENT_BYTES;
    for (Child child : children) {
      out.putInt(data - element).putInt(child.firstKey.length).putLong(child.page);
      element += ELEMENT_BYTES;
      data += child.firstKey.length;
    }
    for (Child child : children) {
      out.put(child.firstKey);
    }
  }
}
