package dev.keelson.sim.run;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Runs seeds, or one seed again: {@code SimulationMain FIRST [LAST [EVENTS [FILE]]]}. Prints what
 * each run counted and, at the end, all together, which is also added to the file. Goes on after a
 * run that breaks a promise, and ends with exit code 1 then.
 */
public final class SimulationMain {
  /** Events of a run before it settles. */
  public static final long EVENTS = 25_000;

  private SimulationMain() {}

  public static void main(String[] arguments) throws IOException {
    long first = Long.parseLong(arguments[0]);
    long last = arguments.length > 1 ? Long.parseLong(arguments[1]) : first;
    long events = arguments.length > 2 ? Long.parseLong(arguments[2]) : EVENTS;
    Totals totals = new Totals();
    boolean broken = false;
    for (long seed = first; seed <= last; seed++) {
      try {
        Result result = run(seed, events);
        totals.add(result);
        System.out.println(result);
      } catch (BrokenSeed failure) {
        broken = true;
        failure.printStackTrace();
      }
    }
    String line = totals.toJson(System.getProperty("sim.commit", "unknown"), cpuSeconds());
    System.out.println(line);
    if (arguments.length > 3) {
      Totals.append(Path.of(arguments[3]), line);
    }
    if (broken) {
      System.exit(1);
    }
  }

  /** What this thread has used of a core. */
  static double cpuSeconds() {
    long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    return nanos / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /** A seed that breaks a promise, with all that is needed to look into it. */
  static final class BrokenSeed extends RuntimeException {
    private static final long serialVersionUID = 1;

    BrokenSeed(long seed, long events, Simulation simulation, Throwable cause) {
      super(
          "seed %d: %s%n%s%nreplay: %s"
              .formatted(seed, cause, simulation.journal(), command(seed, events)),
          cause);
    }
  }

  /** What runs a seed again, in another JVM. */
  static String command(long seed, long events) {
    return "./mvnw -q -o -pl :keelson-sim -am test -Dtest=SimulationTest#replay"
        + " -Dsurefire.failIfNoSpecifiedTests=false -Dsim.seed=%d -Dsim.events=%d"
            .formatted(seed, events);
  }

  /** Runs a seed; what breaks a promise is told with how to see it again. */
  static Result run(long seed, long events) {
    Simulation simulation = new Simulation(seed);
    try {
      return simulation.run(events);
    } catch (RuntimeException | Error broken) {
      throw new BrokenSeed(seed, events, simulation, broken);
    }
  }
}
