package dev.keelson.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The arithmetic against the definition, spelled out as slowly as possible. */
final class QuorumTest {
  private static final long NOBODY = 0;

  @Provide
  Arbitrary<Set<Long>> voters() {
    return Arbitraries.longs().between(1, 9).set().ofMaxSize(7);
  }

  @Provide
  Arbitrary<Map<Long, Long>> acknowledged() {
    return Arbitraries.maps(Arbitraries.longs().between(1, 9), Arbitraries.longs().between(0, 6));
  }

  @Provide
  Arbitrary<Map<Long, Vote>> ballots() {
    return Arbitraries.maps(Arbitraries.longs().between(1, 9), Arbitraries.of(Vote.class));
  }

  /** The largest index such that those who have at least that are more than half. */
  private static long naiveCommit(Set<Long> voters, Map<Long, Long> acknowledged) {
    if (voters.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long best = 0;
    for (long candidate = 0; candidate <= 6; candidate++) {
      long index = candidate;
      long have =
          voters.stream().filter(id -> acknowledged.getOrDefault(id, NOBODY) >= index).count();
      if (2 * have > voters.size()) {
        best = index;
      }
    }
    return best;
  }

  /** Tries every way in which the missing voters may still vote. */
  private static VoteResult naiveVote(Set<Long> voters, Map<Long, Vote> ballots) {
    List<Long> missing =
        voters.stream()
            .filter(id -> ballots.getOrDefault(id, Vote.MISSING) == Vote.MISSING)
            .toList();
    long granted = voters.stream().filter(id -> ballots.get(id) == Vote.GRANTED).count();
    boolean canWin = false;
    boolean canLose = false;
    for (int more = 0; more <= missing.size(); more++) {
      boolean wins = voters.isEmpty() || 2 * (granted + more) > voters.size();
      canWin |= wins;
      canLose |= !wins;
    }
    return !canLose ? VoteResult.WON : !canWin ? VoteResult.LOST : VoteResult.PENDING;
  }

  @Property(tries = 300)
  void majorityCommitsAsDefined(
      @ForAll("voters") Set<Long> voters, @ForAll("acknowledged") Map<Long, Long> acknowledged) {
    assertThat(
            MajorityQuorum.of(voters).committedIndex(id -> acknowledged.getOrDefault(id, NOBODY)))
        .isEqualTo(naiveCommit(voters, acknowledged));
  }

  @Property(tries = 300)
  void majorityVotesAsDefined(
      @ForAll("voters") Set<Long> voters, @ForAll("ballots") Map<Long, Vote> ballots) {
    assertThat(MajorityQuorum.of(voters).voteResult(id -> ballots.getOrDefault(id, Vote.MISSING)))
        .isEqualTo(naiveVote(voters, ballots));
  }

  @Property(tries = 300)
  void jointCommitsWhatBothHalvesDo(
      @ForAll("voters") Set<Long> in,
      @ForAll("voters") Set<Long> out,
      @ForAll("acknowledged") Map<Long, Long> acknowledged) {
    JointQuorum joint = new JointQuorum(MajorityQuorum.of(in), MajorityQuorum.of(out));
    assertThat(joint.committedIndex(id -> acknowledged.getOrDefault(id, NOBODY)))
        .isEqualTo(Math.min(naiveCommit(in, acknowledged), naiveCommit(out, acknowledged)));
  }

  @Property(tries = 300)
  void jointVotesAsBothHalvesDo(
      @ForAll("voters") Set<Long> in,
      @ForAll("voters") Set<Long> out,
      @ForAll("ballots") Map<Long, Vote> ballots) {
    JointQuorum joint = new JointQuorum(MajorityQuorum.of(in), MajorityQuorum.of(out));
    VoteResult a = naiveVote(in, ballots);
    VoteResult b = naiveVote(out, ballots);
    VoteResult expected =
        a == VoteResult.LOST || b == VoteResult.LOST
            ? VoteResult.LOST
            : a == VoteResult.WON && b == VoteResult.WON ? VoteResult.WON : VoteResult.PENDING;
    assertThat(joint.voteResult(id -> ballots.getOrDefault(id, Vote.MISSING))).isEqualTo(expected);
  }

  @Test
  void oneVoterDecidesAlone() {
    JointQuorum alone =
        new JointQuorum(MajorityQuorum.of(List.of(7L)), MajorityQuorum.of(List.of()));
    assertThat(alone.isSingleton()).isTrue();
    assertThat(alone.committedIndex(id -> id == 7 ? 42 : 0)).isEqualTo(42);
    assertThat(alone.contains(7)).isTrue();
    assertThat(alone.contains(8)).isFalse();
  }
}
