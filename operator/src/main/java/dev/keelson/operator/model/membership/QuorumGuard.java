package dev.keelson.operator.model.membership;

/** Majority arithmetic. */
public final class QuorumGuard {
  private QuorumGuard() {}

  /** The smallest majority of so many voters. */
  public static int quorum(int voters) {
    return voters / 2 + 1;
  }

  /** Whether so many healthy voters are a majority of so many; no voters at all have none. */
  public static boolean holds(int voters, int healthy) {
    return voters > 0 && healthy >= quorum(voters);
  }
}
