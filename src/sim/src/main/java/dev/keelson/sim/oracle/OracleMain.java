package dev.keelson.sim.oracle;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Compares two servers from the command line.
 *
 * <pre>
 * OracleMain --left etcd --right keelson --ops 20000 --seed 1 --shrink
 * </pre>
 *
 * {@code --left} and {@code --right} are {@code etcd}, {@code keelson}, the path of a program that
 * takes etcd's flags, or {@code host:port} of a fresh running server. {@code --runs N} takes N
 * seeds in a row; {@code --survey N} goes on after differences until it met N kinds; {@code
 * --without AUTH} leaves out a {@link Service}. Ends with 1 after a difference.
 */
public final class OracleMain {
  private static final Duration SHRINK_LIMIT = Duration.ofMinutes(5);

  private OracleMain() {}

  /** Runs the comparison that the arguments describe. */
  public static void main(String[] arguments) throws InterruptedException {
    String left = "etcd";
    String right = "keelson";
    int operations = 20_000;
    long seed = System.nanoTime() & 0xffff_ffffL;
    int runs = 1;
    boolean shrink = false;
    boolean different = false;
    int survey = 0;
    Set<Service> leftOut = EnumSet.noneOf(Service.class);
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--left" -> left = value(arguments, ++i);
        case "--right" -> right = value(arguments, ++i);
        case "--ops" -> operations = Integer.parseInt(value(arguments, ++i));
        case "--seed" -> seed = Long.parseLong(value(arguments, ++i));
        case "--runs" -> runs = Integer.parseInt(value(arguments, ++i));
        case "--without" -> leftOut.add(Service.valueOf(value(arguments, ++i)));
        case "--survey" -> survey = Integer.parseInt(value(arguments, ++i));
        case "--shrink" -> shrink = true;
        default -> throw new IllegalArgumentException("unknown argument " + arguments[i]);
      }
    }
    try (Target leftTarget = Target.named(left);
        Target rightTarget = Target.named(right)) {
      Oracle oracle = new Oracle(leftTarget, rightTarget, leftOut, System.out);
      if (survey > 0) {
        List<String> reports = oracle.survey(seed, operations, survey);
        reports.forEach(System.out::println);
        System.out.println(reports.size() + " kinds of difference");
        return;
      }
      for (int run = 0; run < runs; run++) {
        Optional<String> report =
            oracle.run(seed + run, operations, shrink ? SHRINK_LIMIT : Duration.ZERO);
        if (report.isPresent()) {
          System.out.println(report.get());
          System.out.printf(
              Locale.ROOT,
              "repeat with: --left %s --right %s --ops %d --seed %d --shrink%n",
              left,
              right,
              operations,
              seed + run);
          different = true;
          break;
        }
      }
    }
    System.out.println(different ? "different" : "no difference");
    if (different) {
      System.exit(1); // only here, after the servers and their folders are gone
    }
  }

  private static String value(String[] arguments, int index) {
    if (index >= arguments.length) {
      throw new IllegalArgumentException("a value is missing after " + arguments[index - 1]);
    }
    return arguments[index];
  }
}
