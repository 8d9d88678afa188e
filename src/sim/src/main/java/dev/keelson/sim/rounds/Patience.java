package dev.keelson.sim.rounds;

import dev.keelson.sim.check.Violation;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tries until it goes, which it must within a time that is far more than it ever takes. */
final class Patience {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long PAUSE_MILLIS = 25;

  private Patience() {}

  /** Something that succeeds, does not yet, or fails for now. */
  interface Attempt {
    boolean succeeds() throws InterruptedException;
  }

  /**
   * Tries.
   *
   * @param what is waited for
   * @throws Violation when it has not come after a minute
   */
  static void until(String what, Attempt attempt) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT_NANOS;
    @Nullable StatusRuntimeException last = null;
    while (true) {
      try {
        if (attempt.succeeds()) {
          return;
        }
      } catch (StatusRuntimeException e) {
        last = e;
      }
      if (System.nanoTime() > deadline) {
        Violation late = new Violation("not within a minute: " + what + "; last: " + last);
        if (last != null) {
          late.addSuppressed(last);
        }
        throw late;
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }
}
