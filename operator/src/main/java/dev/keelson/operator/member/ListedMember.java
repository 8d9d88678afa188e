package dev.keelson.operator.member;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member of the member list, and its own answer.
 *
 * @param id its ID
 * @param name its name; empty until it has started
 * @param peerUrls where peers find it
 * @param learner whether the list has it as a learner
 * @param state what it says of itself; null if it did not answer in time
 */
public record ListedMember(
    long id, String name, List<String> peerUrls, boolean learner, @Nullable MemberState state) {
  /** Copies the list. */
  public ListedMember {
    peerUrls = List.copyOf(peerUrls);
  }

  /** Whether it answered, belongs to this cluster and knows a leader. */
  public boolean healthy() {
    return state != null && state.leaderId() != 0;
  }
}
