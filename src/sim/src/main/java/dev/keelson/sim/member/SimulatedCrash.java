package dev.keelson.sim.member;

/**
 * The power fails, or the process is killed, in the middle of what it does. An {@link Error} so
 * that no handler of exceptions lets the dead process go on.
 */
final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1;

  SimulatedCrash() {
    super("the process died", null, false, false);
  }

  /** Runs what a process does; its death is told to the host and ends the event, nothing else. */
  static void contain(Runnable action) {
    try {
      action.run();
    } catch (SimulatedCrash crash) {
      // the host knows
    }
  }
}
