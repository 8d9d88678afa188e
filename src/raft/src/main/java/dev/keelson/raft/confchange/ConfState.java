package dev.keelson.raft.confchange;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * A membership configuration, field for field {@code raftpb.ConfState}. Ids are ascending.
 *
 * @param voters the voting members; in a joint configuration the incoming half
 * @param learners members that receive the log and have no vote
 * @param votersOutgoing the outgoing half of a joint configuration; empty otherwise
 * @param learnersNext outgoing voters that become learners when the joint configuration is left
 * @param autoLeave whether the leader leaves the joint configuration by itself
 */
public record ConfState(
    List<Long> voters,
    List<Long> learners,
    List<Long> votersOutgoing,
    List<Long> learnersNext,
    boolean autoLeave) {

  /** The configuration of a member that belongs to no cluster yet. */
  public static final ConfState EMPTY =
      new ConfState(List.of(), List.of(), List.of(), List.of(), false);

  /** Sorts the ids and removes repetitions. */
  public ConfState {
    voters = ascending(voters);
    learners = ascending(learners);
    votersOutgoing = ascending(votersOutgoing);
    learnersNext = ascending(learnersNext);
  }

  private static List<Long> ascending(Collection<Long> ids) {
    return ids.isEmpty() ? List.of() : List.copyOf(new TreeSet<>(ids));
  }

  /** A configuration of voters only. */
  public static ConfState ofVoters(Collection<Long> voters) {
    return new ConfState(new ArrayList<>(voters), List.of(), List.of(), List.of(), false);
  }

  /** A configuration of voters only. */
  public static ConfState ofVoters(Long... voters) {
    return ofVoters(List.of(voters));
  }

  /** Whether two majorities must agree on everything at present. */
  public boolean isJoint() {
    return !votersOutgoing.isEmpty();
  }

  /** Whether {@code id} has a vote, in either half. */
  public boolean isVoter(long id) {
    return voters.contains(id) || votersOutgoing.contains(id);
  }

  /** Whether {@code id} receives the log without having a vote. */
  public boolean isLearner(long id) {
    return learners.contains(id);
  }

  /** All members, ascending. */
  public List<Long> members() {
    TreeSet<Long> all = new TreeSet<>(voters);
    all.addAll(learners);
    all.addAll(votersOutgoing);
    return List.copyOf(all);
  }

  /** All members with a vote in either half, ascending. */
  public List<Long> allVoters() {
    TreeSet<Long> all = new TreeSet<>(voters);
    all.addAll(votersOutgoing);
    return List.copyOf(all);
  }
}
