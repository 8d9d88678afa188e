package dev.keelson.raft.quorum;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/**
 * A set of voters of which more than half decide. Immutable.
 *
 * <p>The empty set agrees with everything: this makes it the neutral half of a {@link JointQuorum}.
 */
public final class MajorityQuorum {
  private final long[] voters;

  private MajorityQuorum(long[] voters) {
    this.voters = voters;
  }

  /** The majority over the given voter ids; repeated ids count once. */
  public static MajorityQuorum of(Collection<Long> voters) {
    return new MajorityQuorum(
        voters.stream().mapToLong(Long::longValue).sorted().distinct().toArray());
  }

  /** How many voters there are. */
  public int size() {
    return voters.length;
  }

  /** Whether {@code id} is one of the voters. */
  public boolean contains(long id) {
    return Arrays.binarySearch(voters, id) >= 0;
  }

  /**
   * The largest index that a majority has acknowledged (Raft §5.3, §5.4), {@link Long#MAX_VALUE}
   * for the empty set.
   *
   * @param acknowledged the highest index a voter has acknowledged, 0 for none
   */
  public long committedIndex(LongUnaryOperator acknowledged) {
    int n = voters.length;
    if (n == 0) {
      return Long.MAX_VALUE;
    }
    if (n == 1) {
      return acknowledged.applyAsLong(voters[0]);
    }
    long[] indexes = new long[n];
    for (int i = 0; i < n; i++) {
      indexes[i] = acknowledged.applyAsLong(voters[i]);
    }
    Arrays.sort(indexes);
    return indexes[n - (n / 2 + 1)];
  }

  /** What the ballots decide; the empty set has won. */
  public VoteResult voteResult(LongFunction<Vote> ballots) {
    int quorum = voters.length / 2 + 1;
    int granted = 0;
    int missing = 0;
    for (long voter : voters) {
      switch (ballots.apply(voter)) {
        case GRANTED -> granted++;
        case MISSING -> missing++;
        case REJECTED -> {}
      }
    }
    if (voters.length == 0 || granted >= quorum) {
      return VoteResult.WON;
    }
    return granted + missing >= quorum ? VoteResult.PENDING : VoteResult.LOST;
  }

  @Override
  public String toString() {
    return Arrays.toString(voters);
  }
}
