package dev.keelson.sim.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a history of one register is linearizable by looking for an order: the algorithm
 * of Wing and Gong (1993) with the memory of Lowe (2017), which never looks twice at the same set
 * of placed operations with the same state.
 *
 * <p>Exponential in the worst case, so it has a budget; a history that exceeds it is undecided,
 * which counts as red.
 */
public final class LinearizabilitySearch {
  /** What came out. */
  public enum Verdict {
    LINEARIZABLE,
    VIOLATION,
    UNDECIDED
  }

  private final List<RegisterOperation> operations;
  private final BitSet placed = new BitSet();
  private final Set<Position> visited = new HashSet<>();
  private long budget;

  private record Position(BitSet placed, @Nullable String state) {}

  /** A choice that was made: which operation, and the state before it. */
  private record Step(int operation, @Nullable String before) {}

  private LinearizabilitySearch(List<RegisterOperation> history, long budget) {
    this.operations = new ArrayList<>(history);
    this.operations.sort(Comparator.comparingLong(RegisterOperation::invoked));
    this.budget = budget;
  }

  /**
   * Looks for an order.
   *
   * @param history operations on one key that began without a value
   * @param budget how many positions are looked at, at most
   */
  public static Verdict check(List<RegisterOperation> history, long budget) {
    return new LinearizabilitySearch(history, budget).search();
  }

  private Verdict search() {
    List<Step> path = new ArrayList<>();
    @Nullable String state = null;
    int candidate = 0;
    while (!finished()) {
      int chosen = next(candidate, state);
      if (chosen >= 0) {
        if (budget-- == 0) {
          return Verdict.UNDECIDED;
        }
        path.add(new Step(chosen, state));
        placed.set(chosen);
        state = after(operations.get(chosen), state);
        candidate = 0;
      } else if (path.isEmpty()) {
        return Verdict.VIOLATION;
      } else {
        Step undone = path.removeLast();
        placed.clear(undone.operation);
        state = undone.before;
        candidate = undone.operation + 1;
      }
    }
    return Verdict.LINEARIZABLE;
  }

  /** Operations of unknown outcome need not be placed. */
  private boolean finished() {
    for (int i = placed.nextClearBit(0); i < operations.size(); i = placed.nextClearBit(i + 1)) {
      if (operations.get(i).known()) {
        return false;
      }
    }
    return true;
  }

  /** The first operation from {@code from} on that may come next and leads somewhere new; or -1. */
  private int next(int from, @Nullable String state) {
    long bound = firstReturn();
    for (int i = placed.nextClearBit(from); i < operations.size(); i = placed.nextClearBit(i + 1)) {
      RegisterOperation operation = operations.get(i);
      if (operation.invoked() > bound) {
        return -1;
      }
      if (explains(operation, state)) {
        BitSet then = (BitSet) placed.clone();
        then.set(i);
        if (visited.add(new Position(then, after(operation, state)))) {
          return i;
        }
      }
    }
    return -1;
  }

  /** Nothing that was invoked after this may come before what returned then. */
  private long firstReturn() {
    long first = Operation.NEVER;
    for (int i = placed.nextClearBit(0); i < operations.size(); i = placed.nextClearBit(i + 1)) {
      first = Math.min(first, operations.get(i).returned());
    }
    return first;
  }

  /** Whether the operation, done in this state, answers what it answered. */
  private static boolean explains(RegisterOperation operation, @Nullable String state) {
    return switch (operation.kind()) {
      case READ -> !operation.known() || Objects.equals(operation.result(), state);
      case WRITE, DELETE -> true;
      case SWAP ->
          !operation.known() || operation.swapped() == Objects.equals(operation.expected(), state);
    };
  }

  private static @Nullable String after(RegisterOperation operation, @Nullable String state) {
    return switch (operation.kind()) {
      case READ -> state;
      case WRITE -> operation.argument();
      case DELETE -> null;
      case SWAP -> Objects.equals(operation.expected(), state) ? operation.argument() : state;
    };
  }
}
