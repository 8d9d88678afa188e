package dev.keelson.node.loop;

import dev.keelson.raft.Role;
import dev.keelson.raft.confchange.ConfState;

/**
 * Where a member stands in its cluster: what answers and checks need at every turn, without the
 * cost of a whole {@link dev.keelson.raft.Status}.
 *
 * @param leader 0 if none is known
 * @param commit the highest index known to be committed
 * @param transferee to whom this member is handing its leadership over; 0 for nobody
 */
public record Standing(
    long term, long leader, Role role, long commit, long transferee, ConfState confState) {

  /** Whether this member leads, as far as it knows. */
  public boolean isLeader() {
    return role == Role.LEADER;
  }

  /** Whether a leader is known. */
  public boolean hasLeader() {
    return leader != 0;
  }
}
