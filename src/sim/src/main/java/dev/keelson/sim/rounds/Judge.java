package dev.keelson.sim.rounds;

import com.google.protobuf.ByteString;
import dev.keelson.sim.check.KeyHistory;
import dev.keelson.sim.check.LinearizabilitySearch;
import dev.keelson.sim.check.Observed;
import dev.keelson.sim.check.Operation;
import dev.keelson.sim.check.RegisterOperation;
import dev.keelson.sim.check.Registers;
import dev.keelson.sim.check.RevisionChecker;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.check.WatchChecker;
import dev.keelson.sim.check.WatchSession;
import java.util.List;

/**
 * Holds the histories of a round against the promises: all of them by revision order, the registers
 * once more as a black box, all watches.
 */
final class Judge {
  private static final long SEARCH_BUDGET = 2_000_000;

  private int registerOperations;

  /**
   * Judges.
   *
   * @param observed what was committed, as the watch over everything told it
   * @param compacted up to where the history may have been compacted; -1 for nowhere
   * @throws Violation that says what is wrong
   */
  void judge(
      Observed observed, List<Operation> operations, List<WatchSession> watches, long compacted) {
    KeyHistory history = observed.history();
    RevisionChecker.check(history, operations);
    for (WatchSession session : watches) {
      WatchChecker.check(history, compacted, session, true);
    }
    for (ByteString key : RegisterClient.KEYS) {
      List<RegisterOperation> register = Registers.of(key, operations, observed.firstSeen());
      registerOperations += register.size();
      LinearizabilitySearch.Verdict verdict = LinearizabilitySearch.check(register, SEARCH_BUDGET);
      Violation.unless(
          verdict == LinearizabilitySearch.Verdict.LINEARIZABLE,
          () -> "%s is %s: %s".formatted(key.toStringUtf8(), verdict, register));
    }
  }

  /** How many operations were looked at without their revisions. */
  int registerOperations() {
    return registerOperations;
  }
}
