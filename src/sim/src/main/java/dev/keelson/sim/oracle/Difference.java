package dev.keelson.sim.oracle;

import java.util.List;

/**
 * An answer in which two servers differ although they should not.
 *
 * @param where what was compared
 * @param left the left side's answer, ids and sizes taken out
 * @param right the right side's answer likewise
 * @param fields the differing fields
 */
record Difference(String where, Answer left, Answer right, List<FieldDifference> fields) {
  Difference {
    fields = List.copyOf(fields);
  }

  /** Several lines for a person. */
  String describe() {
    StringBuilder text = new StringBuilder();
    text.append(where).append('\n');
    text.append("  left:  ").append(left.describe()).append('\n');
    text.append("  right: ").append(right.describe()).append('\n');
    for (FieldDifference field : fields) {
      text.append("  ").append(field.path()).append(": ");
      text.append(field.left()).append(" against ").append(field.right()).append('\n');
    }
    return text.toString();
  }

  /** Ends a run at its first difference. */
  static final class Found extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Difference difference;

    Found(Difference difference) {
      super(difference.describe());
      this.difference = difference;
    }

    Difference difference() {
      return difference;
    }
  }
}
