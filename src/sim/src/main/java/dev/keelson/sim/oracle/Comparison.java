package dev.keelson.sim.oracle;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Compares answers of two sides, lets through what the version table explains, and counts. */
final class Comparison {
  private final Side left;
  private final Side right;
  private final VersionDifferences accepted;
  private final Map<String, Integer> explained = new TreeMap<>();
  private long compared;

  Comparison(Side left, Side right, VersionDifferences accepted) {
    this.left = left;
    this.right = right;
    this.accepted = accepted;
  }

  /**
   * Compares the answers to one request. Silence on both sides is a difference too, from what is
   * owed, unless the request is one that may be dropped.
   *
   * @param where what is compared, for the report
   * @param request what was asked, symbols replaced
   * @return whether the answers were the same without help of the version table
   */
  boolean compare(Supplier<String> where, Message request, Answer leftAnswer, Answer rightAnswer)
      throws Difference.Found {
    compared++;
    Answer l = left.comparable(request, leftAnswer);
    Answer r = right.comparable(request, rightAnswer);
    List<FieldDifference> fields = FieldDifference.between(l, r);
    List<FieldDifference> unexplained = new ArrayList<>();
    for (FieldDifference field : fields) {
      accepted
          .explain(request, field)
          .ifPresentOrElse(
              name -> explained.merge(name, 1, Integer::sum), () -> unexplained.add(field));
    }
    if (!unexplained.isEmpty() || l instanceof Answer.Silence) {
      throw new Difference.Found(new Difference(where.get(), l, r, unexplained));
    }
    return fields.isEmpty();
  }

  /** How many pairs of answers were compared. */
  long compared() {
    return compared;
  }

  /** How often each entry of the version table was used. */
  Map<String, Integer> explained() {
    return explained;
  }
}
