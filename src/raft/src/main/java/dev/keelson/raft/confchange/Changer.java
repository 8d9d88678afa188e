package dev.keelson.raft.confchange;

import java.util.List;
import java.util.TreeSet;

/**
 * The legal steps from one configuration to the next (Raft dissertation §4.1 and §4.3). A change of
 * more than one voter goes through a joint configuration; voters demoted by it stay voters of the
 * outgoing half and become learners when it is left.
 */
public final class Changer {
  private final TreeSet<Long> voters;
  private final TreeSet<Long> learners;
  private final TreeSet<Long> outgoing;
  private final TreeSet<Long> learnersNext;

  private Changer(ConfState from) {
    voters = new TreeSet<>(from.voters());
    learners = new TreeSet<>(from.learners());
    outgoing = new TreeSet<>(from.votersOutgoing());
    learnersNext = new TreeSet<>(from.learnersNext());
  }

  /**
   * The configuration after {@code change}.
   *
   * @throws ConfChangeException if the change does not fit {@code from}; nothing has happened
   */
  public static ConfState apply(ConfState from, ConfChange change) throws ConfChangeException {
    if (change.leavesJoint()) {
      return leaveJoint(from);
    }
    if (change.entersJoint()) {
      return enterJoint(
          from, change.transition() != ConfChange.Transition.JOINT_EXPLICIT, change.changes());
    }
    return simple(from, change.changes());
  }

  private static ConfState simple(ConfState from, List<ConfChange.Single> changes)
      throws ConfChangeException {
    if (from.isJoint()) {
      throw new ConfChangeException("simple change within the joint configuration " + from);
    }
    Changer changer = new Changer(from);
    changer.carryOut(changes);
    int difference = 0;
    for (Long id : changer.voters) {
      difference += from.voters().contains(id) ? 0 : 1;
    }
    for (Long id : from.voters()) {
      difference += changer.voters.contains(id) ? 0 : 1;
    }
    if (difference > 1) {
      throw new ConfChangeException(
          "simple change of " + difference + " voters, from " + from + " by " + changes);
    }
    return changer.result(false);
  }

  private static ConfState enterJoint(
      ConfState from, boolean autoLeave, List<ConfChange.Single> changes)
      throws ConfChangeException {
    if (from.isJoint()) {
      throw new ConfChangeException("already in the joint configuration " + from);
    }
    if (from.voters().isEmpty()) {
      throw new ConfChangeException("a configuration without voters cannot become joint");
    }
    Changer changer = new Changer(from);
    changer.outgoing.addAll(changer.voters);
    changer.carryOut(changes);
    return changer.result(autoLeave);
  }

  private static ConfState leaveJoint(ConfState from) throws ConfChangeException {
    if (!from.isJoint()) {
      throw new ConfChangeException("not in a joint configuration: " + from);
    }
    Changer changer = new Changer(from);
    changer.learners.addAll(changer.learnersNext);
    changer.learnersNext.clear();
    changer.outgoing.clear();
    return changer.result(false);
  }

  private void carryOut(List<ConfChange.Single> changes) throws ConfChangeException {
    for (ConfChange.Single change : changes) {
      Long id = change.nodeId();
      if (id == 0) {
        continue;
      }
      switch (change.type()) {
        case ADD_VOTER -> {
          forget(id);
          voters.add(id);
        }
        case ADD_LEARNER -> {
          forget(id);
          (outgoing.contains(id) ? learnersNext : learners).add(id);
        }
        case REMOVE -> forget(id);
        case UPDATE -> {}
      }
    }
    if (voters.isEmpty()) {
      throw new ConfChangeException("no voter would be left after " + changes);
    }
  }

  private void forget(Long id) {
    voters.remove(id);
    learners.remove(id);
    learnersNext.remove(id);
  }

  private ConfState result(boolean autoLeave) {
    return new ConfState(
        List.copyOf(voters),
        List.copyOf(learners),
        List.copyOf(outgoing),
        List.copyOf(learnersNext),
        autoLeave);
  }
}
