package dev.keelson.operator.model.membership;

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

  int voterCount() {
    return voters().size();
  }

  int healthyVoterCount() {
    return (int) voters().stream().filter(MemberView::healthy).count();
  }

  boolean hasLeader() {
    return members.stream().anyMatch(MemberView::leader);
  }

  /** Whether a quorum of healthy voters and a leader would be left after one more promotion. */
  boolean allowsPromotion() {
    return hasLeader() && QuorumGuard.holds(voterCount() + 1, healthyVoterCount() + 1);
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
