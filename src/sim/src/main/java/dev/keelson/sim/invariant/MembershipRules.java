package dev.keelson.sim.invariant;

import dev.keelson.node.Member;
import dev.keelson.node.loop.Standing;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.sim.check.ConfigurationModel;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.member.Life;
import java.util.List;

/** What must hold when the membership changes. */
final class MembershipRules {
  private MembershipRules() {}

  /**
   * The configuration that a process goes by is one that the log has led to, and none before the
   * last one that it went by; a learner does not lead.
   *
   * @param last the number of the configuration that it went by last
   * @return the number of the one it goes by now
   */
  static int requireLedTo(ConfigurationModel model, int last, long member, Standing now) {
    int number = model.numberOf(now.confState(), last);
    Violation.unless(
        number >= 0,
        () ->
            "member %x goes by %s, which the log has not led to since configuration %d"
                .formatted(member, now.confState(), last));
    Violation.unless(
        !now.isLeader() || !now.confState().isLearner(member),
        () -> "member %x leads as a learner: %s".formatted(member, now));
    return number;
  }

  /**
   * A leader takes a change of the membership into its log only when it has carried out the one
   * before (Ongaro's thesis, §4.1: majorities are certain to overlap for single changes only).
   */
  static void requireOneChange(Life life, ShadowLog shadow, List<Entry> entries) {
    Member member = life.member();
    if (member == null || !member.standing().isLeader()) {
      return;
    }
    long applied = member.appliedIndex();
    long before = entries.isEmpty() ? 0 : shadow.lastChangeBefore(entries.getFirst().index());
    for (Entry entry : entries) {
      if (entry.type() != EntryType.NORMAL) {
        long earlier = before;
        Violation.unless(
            entry.term() != member.standing().term() || earlier <= applied,
            () ->
                "%s takes in the change %d when %d is not carried out, only %d"
                    .formatted(life, entry.index(), earlier, applied));
        before = entry.index();
      }
    }
  }
}
