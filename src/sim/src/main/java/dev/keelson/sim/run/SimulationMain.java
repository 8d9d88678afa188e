package dev.keelson.sim.run;

/**
 * Runs seeds, or one seed again: {@code SimulationMain FIRST [LAST [EVENTS]]}. Prints what each run
 * counted; stops at the first that breaks a promise, with exit code 1.
 */
public final class SimulationMain {
  /** Events of a run before it settles. */
  static final long EVENTS = 25_000;

  private SimulationMain() {}

  public static void main(String[] arguments) {
    long first = Long.parseLong(arguments[0]);
    long last = arguments.length > 1 ? Long.parseLong(arguments[1]) : first;
    long events = arguments.length > 2 ? Long.parseLong(arguments[2]) : EVENTS;
    for (long seed = first; seed <= last; seed++) {
      Simulation simulation = new Simulation(seed);
      try {
        System.out.println(simulation.run(events));
      } catch (RuntimeException | Error broken) {
        if (Boolean.getBoolean("sim.goon")) {
          Throwable c = broken.getCause();
          System.out.println("SEED " + seed + " " + broken + (c == null ? "" : " <- " + c));
          continue;
        }
        System.err.println(simulation.journal());
        System.err.println("seed " + seed + " of " + events + " events:");
        broken.printStackTrace();
        System.exit(1);
      }
    }
  }
}
