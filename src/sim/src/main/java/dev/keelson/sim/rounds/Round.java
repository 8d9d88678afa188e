package dev.keelson.sim.rounds;

import dev.keelson.sim.check.Operation;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.check.WatchSession;
import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProgram;
import dev.keelson.sim.time.Chance;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One round: a cluster of real processes under load, beaten as its seed says, then left in peace,
 * then judged. The seed decides what is done to whom and what clients ask; when exactly it happens
 * is up to the machine.
 */
public final class Round {
  private static final String INSTALLED = "applied snapshot";

  private static final int BURST_WRITERS = 8;

  private final ServerProgram program;
  private final Plan plan;
  private final Path folder;
  private final Logbook log = new Logbook();

  /**
   * Prepares a round.
   *
   * @param program the member to run, which takes the flags of {@code MemberMain}
   * @param folder for data and logs; emptied first, removed if all went well
   */
  public Round(ServerProgram program, long seed, Path folder) {
    this.program = program;
    this.plan = Plan.draw(seed);
    this.folder = folder;
  }

  /**
   * Runs it.
   *
   * @throws Violation if a promise was broken; then the folder holds logs, data and histories
   */
  public RoundResult run() throws IOException, InterruptedException {
    ScratchFolder.delete(folder);
    Files.createDirectories(folder);
    log.note(plan.toString());
    RoundResult result;
    try (Fleet fleet = new Fleet(program, plan, folder);
        Doors doors = fleet.doors()) {
      result = run(fleet, doors);
    }
    ScratchFolder.delete(folder);
    return result;
  }

  /** What was done when, so far. */
  public List<String> notes() {
    return log.notes();
  }

  private RoundResult run(Fleet fleet, Doors doors) throws IOException, InterruptedException {
    Load load = new Load(plan, log, doors, new Chance(plan.seed()));
    try {
      return run(fleet, doors, load);
    } catch (Violation | StatusRuntimeException | IllegalStateException e) {
      log.broken(e);
      throw new Violation(Evidence.keep(folder, log, load, e), e);
    } finally {
      log.endLoad();
      fleet.stop();
    }
  }

  private RoundResult run(Fleet fleet, Doors doors, Load load) throws InterruptedException {
    Admin admin = new Admin(doors, plan.members());
    fleet.start();
    log.note("all members serve");
    long begin = log.now();
    load.start();
    OtherFaults others = new OtherFaults(plan, fleet, admin, log, new Chance(plan.seed() + 1));
    List<Thread> beating =
        List.of(
            load.start(new ProcessFaults(plan, fleet, admin, log, load.callers(BURST_WRITERS))),
            load.start(others));
    for (Thread thread : beating) {
      thread.join();
    }
    requireUnbroken();
    Settlement settlement = new Settlement(fleet, admin, log, load);
    settlement.await(others.compacted());
    requireUnbroken();
    List<Operation> operations = log.operations();
    List<WatchSession> watches = new ArrayList<>(load.sessions());
    watches.addAll(settlement.replays());
    Judge judge = new Judge();
    judge.judge(log.observed(), operations, watches, others.compacted());
    Writes writes = Writes.of(operations, begin);
    return new RoundResult(
        plan.seed(),
        plan.members(),
        log.now() / 1_000_000,
        operations.size(),
        writes.acknowledged(),
        writes.unknown(),
        judge.registerOperations(),
        log.revision() - 1,
        watches.size(),
        log.renewals(),
        fleet.logs().split(INSTALLED, -1).length - 1,
        admin.term(1),
        writes.longestGapMillis(),
        settlement.recoveredMillis(),
        log.faults());
  }

  private void requireUnbroken() {
    Throwable broken = log.broken();
    if (broken != null) {
      throw new Violation("during the round: " + broken.getMessage(), broken);
    }
  }
}
