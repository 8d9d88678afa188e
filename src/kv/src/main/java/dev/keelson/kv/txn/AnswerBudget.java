package dev.keelson.kv.txn;

/**
 * How many bytes of rows one answer may hold in memory, all its parts together. Rows beyond it are
 * left out, and the answer says that it is not whole. Not thread-safe.
 */
public final class AnswerBudget {
  /** For an answer that has to be held to be given: an eighth of the default heap. */
  public static final long HELD_BYTES_MAX = 32L << 20;

  private long left;

  /** A budget of that many bytes. */
  public AnswerBudget(long bytes) {
    left = bytes;
  }

  /** The budget of an answer that has to be held. */
  public static AnswerBudget held() {
    return new AnswerBudget(HELD_BYTES_MAX);
  }

  /** The budget of rows that others bound, by the piece. */
  static AnswerBudget unlimited() {
    return new AnswerBudget(Long.MAX_VALUE);
  }

  /** Takes a part; false, and from then on, if that is more than there is. */
  boolean take(long bytes) {
    if (left >= bytes) {
      left -= bytes;
      return true;
    }
    left = -1;
    return false;
  }

  /** Gives a part back that is not part of the answer any more. */
  void giveBack(long bytes) {
    if (left >= 0) {
      left += bytes;
    }
  }
}
