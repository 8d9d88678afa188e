package dev.keelson.sim.run;

import dev.keelson.node.Member;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.client.Calls;
import dev.keelson.sim.invariant.Invariants;
import dev.keelson.sim.member.Host;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.membership.Operator;
import dev.keelson.sim.network.SimNetwork;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Journal;
import dev.keelson.sim.time.Party;

/** One run of a cluster, from a seed. */
public final class Simulation {
  private static final long SETTLE_NANOS = 120 * Knobs.SECOND;

  /** After everything is answered: for the last watchers to connect and hear the rest. */
  private static final long QUIET_NANOS = 3 * Knobs.SECOND;

  private final long seed;
  private final Knobs knobs;
  private final EventQueue queue = new EventQueue(this::afterEvent);
  private final Invariants invariants = new Invariants(this::committed);
  private final Calls calls;
  private final SimNetwork network;
  private final Fleet fleet;
  private final Load load;
  private final Operator operator;

  public Simulation(long seed) {
    this.seed = seed;
    Chance chance = new Chance(seed);
    knobs = Knobs.draw(chance.split());
    calls = new Calls(queue, chance.split());
    network = new SimNetwork(queue, chance.split(), knobs.weather(), invariants::sent);
    fleet = new Fleet(queue, chance.split(), knobs, calls, network, invariants);
    load =
        new Load(
            queue,
            chance.split(),
            knobs,
            calls,
            fleet::pick,
            () -> invariants.committed().model().history().revision());
    operator = new Operator(queue, chance.split(), calls, fleet::pick, fleet, knobs.operator());
  }

  /** From now on every step of a disk is looked at: what would a loss of power leave? */
  Simulation lookingAtCrashStates() {
    invariants.lookAtCrashStates();
    return this;
  }

  /** How many different disks were looked at. */
  int crashStates() {
    return invariants.crashStates();
  }

  /**
   * Runs until so many events have happened, and then, without faults, until all is settled.
   *
   * @throws Violation if a promise was broken
   */
  public Result run(long events) {
    fleet.start();
    load.start();
    operator.start();
    fleet.nemesis().start();
    while (queue.executed() < events && queue.step()) {
      // on
    }
    settle();
    new LastLook(queue, calls, fleet.hosts(), invariants.committed().model(), load).take();
    return new Result(
        seed,
        fleet.hosts().size(),
        queue.executed(),
        queue.nowNanos(),
        queue.trace().hash(),
        load.history().size(),
        load.sessions().size(),
        invariants.committed().model().history().revision(),
        invariants.elections(),
        fleet.machines(),
        fleet.crashes(),
        fleet.nemesis().counts(),
        operator.counts(),
        network.counts());
  }

  /** What was notable so far. */
  public Journal journal() {
    return queue.journal();
  }

  private void settle() {
    queue.note("no more faults");
    fleet.nemesis().stop();
    load.stop();
    operator.stop();
    long deadline = queue.nowNanos() + SETTLE_NANOS;
    while (busy() && queue.nowNanos() < deadline && queue.step()) {
      // on
    }
    if (busy()) {
      throw new Violation("not settled two minutes after the last fault: " + picture());
    }
    queue.pass(QUIET_NANOS);
    while (load.unheard() && queue.nowNanos() < deadline && queue.step()) {
      // on
    }
  }

  private boolean busy() {
    if (load.waiting() > 0 || !operator.settled()) {
      return true;
    }
    for (Host host : fleet.hosts()) {
      Member member = host.member();
      if (member == null
          || host.paused()
          || !member.ready().isDone()
          || host.applied().index() < invariants.maxCommit()) {
        return true;
      }
    }
    return false;
  }

  private String picture() {
    StringBuilder text = new StringBuilder();
    for (Host host : fleet.hosts()) {
      Member member = host.member();
      text.append(host.number()).append(": ");
      text.append(
          member == null
              ? "down"
              : "%x %s %s".formatted(member.memberId(), host.applied(), member.standing()));
      text.append("; ");
    }
    return text.append("committed: ")
        .append(invariants.maxCommit())
        .append("; clients that wait: ")
        .append(load.waiting())
        .append(operator.settled() ? "" : ", operator too")
        .toString();
  }

  /** An entry is committed. */
  private void committed(InternalRaftRequest request) {
    if (request.hasLeaseRevoke()) {
      load.ledger().revoked(request.getLeaseRevoke().getID(), queue.nowNanos());
    }
  }

  private void afterEvent(Party party) {
    fleet.requireUnbroken();
    if (party instanceof Life life) {
      invariants.after(life);
    }
  }
}
