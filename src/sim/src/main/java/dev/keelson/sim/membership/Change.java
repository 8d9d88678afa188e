package dev.keelson.sim.membership;

/** What an operator does to the membership. */
public enum Change {
  ADD_LEARNER,
  ADD_VOTER,
  PROMOTE,
  REMOVE,
  /** The machine breaks for good; the member is removed afterwards. */
  LOSE_MACHINE,
  MOVE_LEADER
}
