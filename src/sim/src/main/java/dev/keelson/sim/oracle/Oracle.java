package dev.keelson.sim.oracle;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Runs seeded sequences against two servers and reports the first difference. */
public final class Oracle {
  private static final int STEPS_BETWEEN_PROGRESS = 5000;

  private final Target left;
  private final Target right;
  private final Set<Service> leftOut;
  private final PrintStream out;

  /**
   * An oracle over two servers.
   *
   * @param left the reference
   * @param right the server under test
   * @param leftOut services that are not called
   * @param out progress and reports
   */
  public Oracle(Target left, Target right, Set<Service> leftOut, PrintStream out) {
    this.leftOut = Set.copyOf(leftOut);
    this.left = left;
    this.right = right;
    this.out = out;
  }

  /**
   * Sends one sequence; servers that the oracle manages are started fresh before it.
   *
   * @param seed determines the sequence
   * @param operations how many operations
   * @param shrinkFor how long to search for a shorter failing sequence; zero for not at all
   * @return the report of the first difference; empty when there is none
   */
  public Optional<String> run(long seed, int operations, Duration shrinkFor)
      throws InterruptedException {
    OperationGenerator generator = new OperationGenerator(seed, leftOut);
    List<Operation> sent = new ArrayList<>();
    long begin = System.nanoTime();
    restart();
    Optional<Difference> found = Optional.empty();
    try (ComparedRun run = connect(0)) {
      try {
        while (sent.size() < operations) {
          Operation step = generator.next();
          sent.add(step);
          run.execute(step);
          if (sent.size() % STEPS_BETWEEN_PROGRESS == 0) {
            progress(seed, sent.size(), run, begin);
          }
        }
        run.finish();
      } catch (Difference.Found e) {
        found = Optional.of(e.difference());
      }
      progress(seed, sent.size(), run, begin);
    } catch (Difference.Found e) {
      found = Optional.of(e.difference());
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(report(seed, sent, found.get(), shrinkFor));
  }

  /**
   * Goes on after differences, to get an overview; later ones may only follow from earlier ones.
   *
   * @param kinds ends after this many kinds of difference
   * @return one report for each kind
   */
  public List<String> survey(long seed, int operations, int kinds) throws InterruptedException {
    OperationGenerator generator = new OperationGenerator(seed, leftOut);
    restart();
    List<String> reports = new ArrayList<>();
    try (ComparedRun run = connect(kinds)) {
      try {
        for (int i = 0; i < operations && run.collected().size() < kinds; i++) {
          run.execute(generator.next());
        }
        run.finish();
      } catch (Difference.Found e) {
        reports.add(e.difference().describe());
      }
      run.collected().forEach(difference -> reports.add(difference.describe()));
    } catch (Difference.Found e) {
      reports.add(e.difference().describe());
    }
    return reports;
  }

  /** Runs a given sequence on fresh servers. */
  Optional<Difference> replay(List<Operation> steps) throws InterruptedException {
    restart();
    try (ComparedRun run = connect(0)) {
      for (Operation step : steps) {
        run.execute(step);
      }
      run.finish();
      return Optional.empty();
    } catch (Difference.Found e) {
      return Optional.of(e.difference());
    }
  }

  private ComparedRun connect(int tolerated) throws Difference.Found, InterruptedException {
    Side leftSide = left.connect();
    try {
      return new ComparedRun(leftSide, right.connect(), tolerated);
    } catch (RuntimeException | Difference.Found | InterruptedException e) {
      leftSide.close();
      throw e;
    }
  }

  private void restart() throws InterruptedException {
    for (Target target : List.of(left, right)) {
      if (target.restartable()) {
        target.launchFresh();
      }
    }
    left.awaitReady();
    right.awaitReady();
  }

  private String report(long seed, List<Operation> sent, Difference found, Duration shrinkFor)
      throws InterruptedException {
    StringBuilder text = new StringBuilder();
    text.append("seed ").append(seed).append(", operation ").append(sent.size()).append(": ");
    text.append(found.describe());
    for (Target target : List.of(left, right)) {
      if (!target.alive()) {
        text.append("a server ended; its log:\n").append(target.log()).append('\n');
      }
    }
    boolean possible = left.restartable() && right.restartable();
    if (possible && shrinkFor.isPositive()) {
      out.println(text);
      out.println("shrinking, for at most " + shrinkFor.toSeconds() + " s");
      Shrinker.Result small = new Shrinker(this, out).shrink(sent, found, shrinkFor);
      text.append("shrunk to ").append(small.steps().size()).append(" operations:\n");
      for (Operation step : small.steps()) {
        text.append("  ").append(step.describe()).append('\n');
      }
      text.append(small.difference().describe());
    }
    return text.toString();
  }

  private void progress(long seed, int operations, ComparedRun run, long begin) {
    double seconds = (System.nanoTime() - begin) / 1e9;
    out.printf(
        Locale.ROOT,
        "seed %d: %d operations, %d answers compared, %.0f operations/s%s%n",
        seed,
        operations,
        run.compared(),
        operations / seconds,
        run.explained().isEmpty() ? "" : ", accepted by version: " + run.explained());
    out.flush();
  }
}
