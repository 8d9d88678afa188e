package dev.keelson.sim.rounds;

import dev.keelson.sim.client.Workload;
import dev.keelson.sim.time.Chance;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that a seed decides about a round before it begins. Two lists of faults are carried
 * out beside each other, each in its order: one on processes, one on connections and the cluster.
 *
 * @param heartbeatMillis a tick
 * @param electionMillis the election timeout
 * @param keepEntries how much of the log is kept for slow members
 * @param memtableBytes how much is applied before a flush, after which the log is shortened
 * @param callMillis how long clients wait for an answer
 */
record Plan(
    long seed,
    int members,
    int heartbeatMillis,
    int electionMillis,
    int keepEntries,
    long memtableBytes,
    int segmentBytes,
    long callMillis,
    Workload.Mix mix,
    List<PlannedFault> processFaults,
    List<PlannedFault> otherFaults) {
  private static final int HEARTBEAT_MILLIS = 60;
  private static final int ELECTION_MILLIS = 600;
  private static final long FAULTY_MILLIS = 4_500;

  /** Entries of a small log, and twice that at most. */
  private static final int SMALL_LOG = 40;

  private static final long SMALL_MEMTABLE_BYTES = 256L << 10;

  /** What a start takes, more or less; on a busy machine more. */
  private static final long START_MILLIS = 1_500;

  /** What each of twenty rounds in a row is above all about. */
  static final List<FaultKind> THEMES =
      List.of(
          FaultKind.KILL,
          FaultKind.PAUSE,
          FaultKind.CATCH_UP,
          FaultKind.PARTITION,
          FaultKind.KILL,
          FaultKind.REPLACE,
          FaultKind.PAUSE,
          FaultKind.ONE_WAY,
          FaultKind.KILL,
          FaultKind.DISK_FULL,
          FaultKind.KILL,
          FaultKind.FLAKY,
          FaultKind.CATCH_UP,
          FaultKind.PAUSE,
          FaultKind.KILL,
          FaultKind.PARTITION,
          FaultKind.REPLACE,
          FaultKind.PAUSE,
          FaultKind.DISK_FULL,
          FaultKind.KILL);

  private static final List<FaultKind> USUAL_OF_PROCESSES =
      List.of(FaultKind.KILL, FaultKind.KILL, FaultKind.PAUSE);
  private static final List<FaultKind> USUAL_OTHERS =
      List.of(
          FaultKind.PARTITION,
          FaultKind.ONE_WAY,
          FaultKind.FLAKY,
          FaultKind.CLIENTS_CUT,
          FaultKind.TRANSFER,
          FaultKind.COMPACT);

  /** While a member is replaced or left behind, the others stay together. */
  private static final List<FaultKind> GENTLE_OTHERS =
      List.of(FaultKind.CLIENTS_CUT, FaultKind.TRANSFER, FaultKind.COMPACT);

  static Plan draw(long seed) {
    Chance chance = new Chance(seed);
    FaultKind theme = THEMES.get((int) Math.floorMod(seed, (long) THEMES.size()));
    boolean small = theme == FaultKind.CATCH_UP || chance.permille(300);
    return new Plan(
        seed,
        chance.permille(150) ? 5 : 3,
        HEARTBEAT_MILLIS,
        ELECTION_MILLIS,
        small ? SMALL_LOG + chance.below(SMALL_LOG) : 5_000,
        small ? SMALL_MEMTABLE_BYTES : 48L << 20,
        theme == FaultKind.DISK_FULL || chance.even() ? 256 << 10 : 4 << 20,
        chance.delay(400, 3_000),
        mix(chance),
        processFaults(chance.split(), theme),
        otherFaults(chance.split(), theme));
  }

  private static Workload.Mix mix(Chance chance) {
    return new Workload.Mix(
        3 + chance.below(10),
        200 + chance.below(400),
        50 + chance.below(100),
        50 + chance.below(200),
        chance.below(500),
        chance.below(300),
        200 + chance.below(4_000));
  }

  /**
   * A member that is replaced, or caught up, has enough to do; others are beaten until time is up.
   */
  private static List<PlannedFault> processFaults(Chance chance, FaultKind theme) {
    List<PlannedFault> faults = new ArrayList<>();
    long used = 0;
    if (theme.ofProcess()) {
      used = add(faults, draw(chance, theme));
    }
    boolean alone = theme == FaultKind.REPLACE || theme == FaultKind.CATCH_UP;
    while (!alone && used < FAULTY_MILLIS) {
      FaultKind kind = chance.permille(500) ? theme : chance.pick(USUAL_OF_PROCESSES);
      used += add(faults, draw(chance, kind.ofProcess() ? kind : FaultKind.PAUSE));
    }
    return List.copyOf(faults);
  }

  private static List<PlannedFault> otherFaults(Chance chance, FaultKind theme) {
    List<PlannedFault> faults = new ArrayList<>();
    boolean slow = theme == FaultKind.REPLACE || theme == FaultKind.CATCH_UP;
    List<FaultKind> usual = slow ? GENTLE_OTHERS : USUAL_OTHERS;
    long used = theme.ofProcess() ? 0 : add(faults, draw(chance, theme));
    while (used < FAULTY_MILLIS) {
      FaultKind kind = chance.permille(400) && !theme.ofProcess() ? theme : chance.pick(usual);
      used += add(faults, draw(chance, kind));
    }
    return List.copyOf(faults);
  }

  private static long add(List<PlannedFault> faults, PlannedFault fault) {
    faults.add(fault);
    boolean starts = fault.kind() == FaultKind.KILL || fault.kind() == FaultKind.DISK_FULL;
    return fault.delayMillis() + fault.durationMillis() + (starts ? START_MILLIS : 0);
  }

  private static PlannedFault draw(Chance chance, FaultKind kind) {
    long election = ELECTION_MILLIS;
    long duration =
        switch (kind) {
          case KILL -> chance.delay(50, 2 * election);
          case PAUSE -> chance.between(election / 2, 5 * election);
          case DISK_FULL, PARTITION, ONE_WAY, FLAKY -> chance.between(election / 2, 3 * election);
          case CLIENTS_CUT -> chance.between(100, 1_000);
          case REPLACE, CATCH_UP, TRANSFER, COMPACT -> 0;
        };
    return new PlannedFault(
        kind, chance.between(100, 900), duration, chance.even(), chance.below(60));
  }

  /** Whether a fault of this kind is planned. */
  boolean has(FaultKind kind) {
    return processFaults.stream().anyMatch(fault -> fault.kind() == kind)
        || otherFaults.stream().anyMatch(fault -> fault.kind() == kind);
  }
}
