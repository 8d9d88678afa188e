package dev.keelson.operator.member;

import java.util.List;
import java.util.Optional;

/**
 * A cluster as a linearizable read showed it.
 *
 * @param clusterId its ID
 * @param members all members
 */
public record ClusterView(long clusterId, List<ListedMember> members) {
  /** Copies the list. */
  public ClusterView {
    members = List.copyOf(members);
  }

  /** The same without how far the members' logs are: equal as long as nothing happens. */
  public ClusterView settled() {
    return new ClusterView(
        clusterId,
        members.stream()
            .map(
                member ->
                    new ListedMember(
                        member.id(),
                        member.name(),
                        member.peerUrls(),
                        member.learner(),
                        member.state() == null ? null : member.state().settled()))
            .toList());
  }

  /** The member that says itself that it leads, in the newest answers. */
  public Optional<ListedMember> leader() {
    return members.stream()
        .filter(member -> member.state() != null && member.state().leads())
        .findFirst();
  }
}
