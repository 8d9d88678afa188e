package dev.keelson.sim.check;

import org.jspecify.annotations.Nullable;

/**
 * One operation on one key, as a black box sees it: no revision, only times, what was asked and
 * what came back.
 *
 * @param invoked when it was sent
 * @param returned when its answer came; {@link Operation#NEVER} if it is unknown whether it took
 *     effect, which it then may at any time, or never
 * @param argument what a write or swap writes
 * @param expected what a swap compares with; null for "no value"
 * @param result what a read saw; null for "no value"
 * @param swapped whether a swap took place
 */
public record RegisterOperation(
    Kind kind,
    long invoked,
    long returned,
    @Nullable String argument,
    @Nullable String expected,
    @Nullable String result,
    boolean swapped) {

  /** The kinds of operations. */
  public enum Kind {
    READ,
    WRITE,
    DELETE,
    SWAP
  }

  public static RegisterOperation read(long invoked, long returned, @Nullable String result) {
    return new RegisterOperation(Kind.READ, invoked, returned, null, null, result, false);
  }

  public static RegisterOperation write(long invoked, long returned, String value) {
    return new RegisterOperation(Kind.WRITE, invoked, returned, value, null, null, false);
  }

  public static RegisterOperation delete(long invoked, long returned) {
    return new RegisterOperation(Kind.DELETE, invoked, returned, null, null, null, false);
  }

  /** Writes {@code value} if the register holds {@code expected}, and says whether it did. */
  public static RegisterOperation swap(
      long invoked, long returned, @Nullable String expected, String value, boolean swapped) {
    return new RegisterOperation(Kind.SWAP, invoked, returned, value, expected, null, swapped);
  }

  boolean known() {
    return returned != Operation.NEVER;
  }
}
