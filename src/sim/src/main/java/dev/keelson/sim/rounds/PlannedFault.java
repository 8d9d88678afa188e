package dev.keelson.sim.rounds;

/**
 * One fault of a plan.
 *
 * @param delayMillis after the fault before it
 * @param durationMillis how long it lasts, where it lasts
 * @param atLeader whether the member that leads then is meant
 * @param pick otherwise, which one, counted round the members
 */
record PlannedFault(
    FaultKind kind, long delayMillis, long durationMillis, boolean atLeader, int pick) {
  @Override
  public String toString() {
    return "%s%s after %d ms for %d ms"
        .formatted(kind, atLeader ? " of the leader" : " of #" + pick, delayMillis, durationMillis);
  }
}
