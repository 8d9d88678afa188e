package dev.keelson.operator.model.membership;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The member list, read linearizably through a healthy voter; never from a cache.
 *
 * @param clusterId the ID of the cluster that answered, in hexadecimal
 * @param members all members
 */
public record Membership(String clusterId, List<MemberView> members) {
  /** Copies the list. */
  public Membership {
    members = List.copyOf(members);
  }

  Optional<MemberView> find(long serial) {
    return members.stream().filter(member -> member.serial() == serial).findFirst();
  }

  boolean lists(long serial) {
    return find(serial).isPresent();
  }

  boolean isVoter(long serial) {
    return find(serial).filter(MemberView::voter).isPresent();
  }

  List<MemberView> voters() {
    return members.stream().filter(MemberView::voter).toList();
  }

  /** Voting members. */
  public int voterCount() {
    return voters().size();
  }

  /** Voting members that answer. */
  public int healthyVoterCount() {
    return (int) voters().stream().filter(MemberView::healthy).count();
  }

  /** Whether one of them leads. */
  public boolean hasLeader() {
    return members.stream().anyMatch(MemberView::leader);
  }

  /** Whether a quorum of healthy voters and a leader would be left after one more promotion. */
  boolean allowsPromotion() {
    return hasLeader() && QuorumGuard.holds(voterCount() + 1, healthyVoterCount() + 1);
  }

  /**
   * Whether the cluster bears a restart of this voter: a quorum of healthy voters remains. One or
   * two voters have no quorum to spare, so theirs only has to be whole before.
   */
  boolean allowsRestart(MemberView member) {
    int healthy = healthyVoterCount() - (member.healthy() ? 1 : 0);
    return hasLeader()
        && (voterCount() <= 2
            ? healthy == voterCount() - 1
            : QuorumGuard.holds(voterCount(), healthy));
  }

  /** The healthy voter outside the given ones that has applied most. */
  Optional<MemberView> freshest(Collection<MemberView> without) {
    return voters().stream()
        .filter(voter -> voter.healthy() && !without.contains(voter))
        .max(Comparator.comparing(MemberView::applied).thenComparing(voter -> -voter.serial()));
  }

  /** Whether a quorum of healthy voters and a leader would be left without this member. */
  boolean allowsRemoval(MemberView member) {
    if (member.learner()) {
      return hasLeader();
    }
    return hasLeader()
        && QuorumGuard.holds(voterCount() - 1, healthyVoterCount() - (member.healthy() ? 1 : 0));
  }
}
