package dev.keelson.sim.run;

import dev.keelson.sim.client.KvClient;
import dev.keelson.sim.client.Workload;
import dev.keelson.sim.member.Pace;
import dev.keelson.sim.time.Chance;

/**
 * Everything that a seed decides about a run before it begins. Times are in virtual nanoseconds
 * where nothing else is said.
 *
 * @param members how many members there are at the start
 * @param clients how many clients ask
 * @param heartbeatMillis a tick
 * @param electionMillis the election timeout
 */
record Knobs(
    int members,
    int clients,
    int heartbeatMillis,
    int electionMillis,
    boolean preVote,
    int logKeepEntries,
    long memtableBytes,
    int compactionBatch,
    Pace pace,
    Workload.Mix mix,
    KvClient.Settings client,
    long driftPpmMax,
    long crashEveryNanos,
    long downNanosMax) {
  static final long MILLI = 1_000_000;
  static final long SECOND = 1_000 * MILLI;

  static Knobs draw(Chance chance) {
    int heartbeat = chance.even() ? 100 : 20 + 10 * chance.below(10);
    long slow = chance.permille(300) ? 10 : 1;
    return new Knobs(
        1,
        2 + chance.below(8),
        heartbeat,
        heartbeat * (5 + chance.below(11)),
        chance.permille(850),
        20 + chance.below(500),
        chance.delay(2_000, 100_000),
        1 + chance.below(50),
        new Pace(
            5_000,
            100_000 * slow,
            200_000,
            5 * MILLI * slow,
            5_000,
            500_000 * slow,
            MILLI,
            100 * MILLI * slow,
            chance.below(20),
            chance.delay(MILLI, SECOND)),
        new Workload.Mix(
            3 + chance.below(10),
            200 + chance.below(400),
            50 + chance.below(100),
            50 + chance.below(200),
            chance.below(500),
            chance.below(300),
            200 + chance.below(4000)),
        new KvClient.Settings(
            MILLI, chance.delay(5 * MILLI, 500 * MILLI), chance.delay(500 * MILLI, 10 * SECOND)),
        chance.below(500),
        chance.delay(SECOND, 60 * SECOND),
        chance.delay(10 * MILLI, 20 * SECOND));
  }
}
