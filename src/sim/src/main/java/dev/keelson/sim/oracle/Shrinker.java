package dev.keelson.sim.oracle;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a failing sequence short by delta debugging: leaves out ever smaller parts and keeps what
 * still fails (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002,
 * the complement step of ddmin). Each trial starts on fresh servers.
 */
final class Shrinker {
  private final Oracle oracle;
  private final PrintStream out;

  Shrinker(Oracle oracle, PrintStream out) {
    this.oracle = oracle;
    this.out = out;
  }

  /**
   * The shortest failing sequence found.
   *
   * @param steps the sequence
   * @param difference how it fails
   */
  record Result(List<Operation> steps, Difference difference) {}

  /**
   * Searches until no single step can be left out or time is up.
   *
   * @param failing a sequence that fails
   * @param difference how it fails; any other failure of a shorter sequence is as good
   */
  Result shrink(List<Operation> failing, Difference difference, Duration limit)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    Result best = shorterTail(new Result(flat(failing), difference), deadline);
    int parts = 2;
    while (best.steps().size() > 1 && System.nanoTime() < deadline) {
      Optional<Result> smaller = withoutOnePart(best, parts, deadline);
      if (smaller.isPresent()) {
        best = smaller.get();
        out.println("  " + best.steps().size() + " operations still fail");
        parts = Math.max(2, parts - 1);
      } else if (parts >= best.steps().size()) {
        break;
      } else {
        parts = Math.min(best.steps().size(), parts * 2);
      }
    }
    return best;
  }

  /** Most failures need little history: tries the last few steps first, then ever more. */
  private Result shorterTail(Result whole, long deadline) throws InterruptedException {
    int size = whole.steps().size();
    for (int length = 8; length < size && System.nanoTime() < deadline; length *= 4) {
      List<Operation> tail = whole.steps().subList(size - length, size);
      Optional<Difference> found = oracle.replay(tail);
      if (found.isPresent()) {
        return new Result(List.copyOf(tail), found.get());
      }
    }
    return whole;
  }

  private Optional<Result> withoutOnePart(Result whole, int parts, long deadline)
      throws InterruptedException {
    int size = whole.steps().size();
    for (int part = 0; part < parts && System.nanoTime() < deadline; part++) {
      List<Operation> kept = new ArrayList<>(whole.steps().subList(0, size * part / parts));
      kept.addAll(whole.steps().subList(size * (part + 1) / parts, size));
      Optional<Difference> found = kept.size() < size ? oracle.replay(kept) : Optional.empty();
      if (found.isPresent()) {
        return Optional.of(new Result(kept, found.get()));
      }
    }
    return Optional.empty();
  }

  /** Spells out alarm groups and the like, so that parts of them can be left out. */
  private static List<Operation> flat(List<Operation> steps) {
    List<Operation> flat = new ArrayList<>();
    for (Operation step : steps) {
      if (step instanceof Operation.Group group && !group.inseparable()) {
        flat.addAll(flat(group.steps()));
      } else {
        flat.add(step);
      }
    }
    return flat;
  }
}
