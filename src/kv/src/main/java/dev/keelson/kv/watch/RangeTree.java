package dev.keelson.kv.watch;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Half-open key intervals, found by a key they contain: an AVL tree ordered by (start, end) whose
 * nodes know the greatest end below them (Cormen et al., Introduction to Algorithms, "Interval
 * trees"). Insertion and removal take O(log n), a query O(log n) per interval found.
 */
final class RangeTree {
  private @Nullable Node root;

  /** One interval and what is registered for it. */
  private static final class Node {
    private final byte[] start;

    /** Exclusive; null is past every key. */
    private final byte @Nullable [] end;

    private final RangeGroups groups = new RangeGroups();
    private @Nullable Node left;
    private @Nullable Node right;
    private int height = 1;

    /** The greatest end in this subtree, so that a query can skip subtrees that end too early. */
    private byte @Nullable [] maxEnd;

    Node(byte[] start, byte @Nullable [] end) {
      this.start = start;
      this.end = end;
      this.maxEnd = end;
    }
  }

  /** The groups of [start, end), created when absent. */
  RangeGroups obtain(byte[] start, byte @Nullable [] end) {
    RangeGroups existing = find(start, end);
    if (existing != null) {
      return existing;
    }
    Node added = new Node(start, end);
    root = insert(root, added);
    return added.groups;
  }

  @Nullable RangeGroups find(byte[] start, byte @Nullable [] end) {
    Node node = root;
    while (node != null) {
      int order = compare(start, end, node);
      if (order == 0) {
        return node.groups;
      }
      node = order < 0 ? node.left : node.right;
    }
    return null;
  }

  void remove(byte[] start, byte @Nullable [] end) {
    root = remove(root, start, end);
  }

  /** Hands over the groups of every interval that contains {@code key}, by ascending start. */
  void stab(byte[] key, Consumer<RangeGroups> found) {
    stab(root, key, found);
  }

  /** Whether an interval contains {@code key}. */
  boolean contains(byte[] key) {
    boolean[] found = {false};
    stab(root, key, groups -> found[0] = true);
    return found[0];
  }

  private static void stab(@Nullable Node node, byte[] key, Consumer<RangeGroups> found) {
    if (node == null || !endsAfter(node.maxEnd, key)) {
      return;
    }
    stab(node.left, key, found);
    if (Arrays.compareUnsigned(node.start, key) <= 0) {
      if (endsAfter(node.end, key)) {
        found.accept(node.groups);
      }
      stab(node.right, key, found);
    }
  }

  /** Hands over the groups of every interval, by ascending start. */
  void forEach(Consumer<RangeGroups> action) {
    forEach(root, action);
  }

  private static void forEach(@Nullable Node node, Consumer<RangeGroups> action) {
    if (node != null) {
      forEach(node.left, action);
      action.accept(node.groups);
      forEach(node.right, action);
    }
  }

  private static Node insert(@Nullable Node node, Node added) {
    if (node == null) {
      return added;
    }
    if (compare(added.start, added.end, node) < 0) {
      node.left = insert(node.left, added);
    } else {
      node.right = insert(node.right, added);
    }
    return balance(node);
  }

  private static @Nullable Node remove(@Nullable Node node, byte[] start, byte @Nullable [] end) {
    if (node == null) {
      return null;
    }
    int order = compare(start, end, node);
    if (order < 0) {
      node.left = remove(node.left, start, end);
    } else if (order > 0) {
      node.right = remove(node.right, start, end);
    } else if (node.right == null) {
      return node.left;
    } else {
      Node successor = leftmost(node.right);
      successor.right = removeLeftmost(node.right);
      successor.left = node.left;
      return balance(successor);
    }
    return balance(node);
  }

  private static Node leftmost(Node node) {
    Node each = node;
    while (each.left != null) {
      each = each.left;
    }
    return each;
  }

  private static @Nullable Node removeLeftmost(Node node) {
    if (node.left == null) {
      return node.right;
    }
    node.left = removeLeftmost(node.left);
    return balance(node);
  }

  private static Node balance(Node node) {
    int tilt = height(node.left) - height(node.right);
    if (tilt > 1 && node.left != null) {
      if (height(node.left.left) < height(node.left.right)) {
        node.left = rotateLeft(node.left);
      }
      return rotateRight(node);
    }
    if (tilt < -1 && node.right != null) {
      if (height(node.right.right) < height(node.right.left)) {
        node.right = rotateRight(node.right);
      }
      return rotateLeft(node);
    }
    update(node);
    return node;
  }

  private static Node rotateRight(Node node) {
    Node up = node.left;
    if (up == null) {
      return node;
    }
    node.left = up.right;
    up.right = node;
    update(node);
    update(up);
    return up;
  }

  private static Node rotateLeft(Node node) {
    Node up = node.right;
    if (up == null) {
      return node;
    }
    node.right = up.left;
    up.left = node;
    update(node);
    update(up);
    return up;
  }

  private static void update(Node node) {
    node.height = 1 + Math.max(height(node.left), height(node.right));
    byte[] max = node.end;
    if (node.left != null) {
      max = later(max, node.left.maxEnd);
    }
    if (node.right != null) {
      max = later(max, node.right.maxEnd);
    }
    node.maxEnd = max;
  }

  private static int height(@Nullable Node node) {
    return node == null ? 0 : node.height;
  }

  private static boolean endsAfter(byte @Nullable [] end, byte[] key) {
    return end == null || Arrays.compareUnsigned(end, key) > 0;
  }

  private static byte @Nullable [] later(byte @Nullable [] a, byte @Nullable [] b) {
    return compareEnds(a, b) >= 0 ? a : b;
  }

  private static int compare(byte[] start, byte @Nullable [] end, Node node) {
    int byStart = Arrays.compareUnsigned(start, node.start);
    return byStart != 0 ? byStart : compareEnds(end, node.end);
  }

  private static int compareEnds(byte @Nullable [] a, byte @Nullable [] b) {
    if (a == null || b == null) {
      return Boolean.compare(a == null, b == null);
    }
    return Arrays.compareUnsigned(a, b);
  }
}
