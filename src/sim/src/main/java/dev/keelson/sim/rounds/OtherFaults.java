package dev.keelson.sim.rounds;

import dev.keelson.sim.time.Chance;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Carries out the faults on connections and on the cluster as such, one after the other. */
final class OtherFaults implements Participant {
  private static final int COMPACT_BEHIND_MAX = 50;

  private final Plan plan;
  private final Fleet fleet;
  private final Admin admin;
  private final Logbook log;
  private final Chance chance;
  private final AtomicLong compacted = new AtomicLong(-1);

  OtherFaults(Plan plan, Fleet fleet, Admin admin, Logbook log, Chance chance) {
    this.plan = plan;
    this.fleet = fleet;
    this.admin = admin;
    this.log = log;
    this.chance = chance;
  }

  /** Up to where the history may have been compacted; -1 for nowhere. */
  long compacted() {
    return compacted.get();
  }

  @Override
  public void run() throws InterruptedException {
    for (PlannedFault fault : plan.otherFaults()) {
      TimeUnit.MILLISECONDS.sleep(fault.delayMillis());
      try {
        carryOut(fault);
      } catch (StatusRuntimeException e) {
        // who breaks things may find them broken
        log.note(fault.kind() + ": " + e.getMessage());
      }
      fleet.heal();
    }
  }

  private int member(PlannedFault fault) {
    int leader = fault.atLeader() ? admin.leader() : 0;
    return leader == 0 ? fleet.pick(fault.pick()).number() : leader;
  }

  private void carryOut(PlannedFault fault) throws InterruptedException {
    int member = member(fault);
    String what = "m%d for %d ms".formatted(member, fault.durationMillis());
    switch (fault.kind()) {
      case PARTITION -> {
        log.fault(fault.kind(), what);
        fleet.net().isolate(member);
      }
      case ONE_WAY -> {
        boolean to = chance.even();
        log.fault(fault.kind(), (to ? "to " : "from ") + what);
        if (to) {
          fleet.net().loseTo(member);
        } else {
          fleet.net().loseFrom(member);
        }
      }
      case FLAKY -> {
        log.fault(fault.kind(), "for %d ms".formatted(fault.durationMillis()));
        fleet.net().spoil(chance.below(20), 0.02);
      }
      case CLIENTS_CUT -> {
        log.fault(fault.kind(), what);
        fleet.pick(member - 1).clients().refuse(true);
        fleet.pick(member - 1).clients().cut();
      }
      case TRANSFER -> transfer(fault);
      case COMPACT -> compact(member);
      default -> throw new IllegalArgumentException("done to a process: " + fault);
    }
    TimeUnit.MILLISECONDS.sleep(fault.durationMillis());
  }

  private void transfer(PlannedFault fault) {
    int leader = admin.leader();
    int to = fleet.pick(fault.pick()).number();
    if (leader != 0 && leader != to) {
      long id = admin.id(to);
      log.fault(FaultKind.TRANSFER, "from m%d to m%d".formatted(leader, to));
      admin.moveLeader(leader, id);
    }
  }

  /** Never further than the watch over everything has come, which must not be overtaken. */
  private void compact(int member) {
    long seen = log.revision();
    long at = chance.even() ? seen : seen - chance.below(COMPACT_BEHIND_MAX);
    if (at > 1) {
      compacted.accumulateAndGet(at, Math::max);
      log.fault(FaultKind.COMPACT, "at %d of %d".formatted(at, seen));
      admin.compact(member, at, chance.even());
    }
  }
}
