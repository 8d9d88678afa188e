package dev.keelson.sim.invariant;

import dev.keelson.raft.Entry;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.invariant.ShadowLog.Mark;
import java.util.HashMap;
import java.util.Map;

/**
 * If two logs have an entry with the same index and term, they are equal up to it (Raft §5.3). The
 * hash of the log up to each entry is remembered for whoever has it first.
 */
final class LogMatching {
  private record Id(long index, long term) {}

  private final Map<Id, Long> chains = new HashMap<>();

  /** The mark of an entry that follows another; the same for everyone. */
  Mark check(Mark before, Entry entry) {
    Mark mark = before.next(entry);
    Long known = chains.putIfAbsent(new Id(mark.index(), mark.term()), mark.chain());
    Violation.unless(
        known == null || known == mark.chain(),
        () -> "logs that differ agree at index %d, term %d".formatted(mark.index(), mark.term()));
    return mark;
  }

  /** The mark of an entry that somebody had. */
  Mark known(long index, long term) {
    if (index == 0) {
      return Mark.START;
    }
    Long chain = chains.get(new Id(index, term));
    if (chain == null) {
      throw new Violation(
          "a snapshot at index %d, term %d, which nobody had".formatted(index, term));
    }
    return new Mark(index, term, chain);
  }
}
