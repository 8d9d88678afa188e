package dev.keelson.sim.check;

import java.util.function.Supplier;

/** A promise was broken; the message says which, and by what. */
public final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1;

  public Violation(String message) {
    super(message);
  }

  public Violation(String message, Throwable cause) {
    super(message, cause);
  }

  /** Throws unless the condition holds. */
  public static void unless(boolean condition, Supplier<String> message) {
    if (!condition) {
      throw new Violation(message.get());
    }
  }
}
