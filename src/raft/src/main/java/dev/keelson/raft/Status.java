package dev.keelson.raft;

import dev.keelson.raft.confchange.ConfState;
import dev.keelson.raft.tracker.ProgressState;
import java.util.SortedMap;

/**
 * A picture of a member at one moment.
 *
 * @param leader 0 if none is known
 * @param transferee to whom leadership is being handed over; 0 for nobody
 * @param lastIndex the last index of the log, durable or not
 * @param stableIndex the last index known to be durable here
 * @param confState the configuration in force
 * @param progress the other members and itself, as the leader sees them; empty unless leader
 */
public record Status(
    long id,
    long term,
    long vote,
    long leader,
    Role role,
    long transferee,
    long commit,
    long applied,
    long lastIndex,
    long stableIndex,
    ConfState confState,
    SortedMap<Long, PeerStatus> progress) {

  /**
   * One member as the leader sees it.
   *
   * @param match up to where its log is known to agree, durably
   * @param next the next entry to send
   * @param recentlyActive whether it was heard from since the last quorum check
   * @param paused whether nothing is sent until it answers
   */
  public record PeerStatus(
      ProgressState state,
      long match,
      long next,
      boolean learner,
      boolean recentlyActive,
      boolean paused,
      int inflightMessages,
      long inflightBytes,
      long pendingSnapshot) {}
}
