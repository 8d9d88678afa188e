package dev.keelson.sim.run;

import dev.keelson.sim.client.KvClient;
import dev.keelson.sim.client.Workload;
import dev.keelson.sim.fault.Nemesis;
import dev.keelson.sim.member.Pace;
import dev.keelson.sim.membership.Operator;
import dev.keelson.sim.network.Weather;
import dev.keelson.sim.time.Chance;
import java.util.List;

/**
 * Everything that a seed decides about a run before it begins. Times are in virtual nanoseconds
 * where nothing else is said.
 *
 * @param members how many members found the cluster
 * @param clients how many clients ask
 * @param watchers how many clients watch
 * @param lessees how many clients hold leases
 * @param heartbeatMillis a tick
 * @param electionMillis the election timeout
 * @param driftPpmMax how much a clock may go wrong, in microseconds per second
 * @param operator how busy the operator is
 * @param strictReconfiguration whether changes that could cost the quorum are refused
 * @param promoteLearners whether learners that have caught up become voters by themselves
 * @param weakStartPermille how many founders lose power while they found the cluster
 * @param frugalStartPermille how many processes flush after each batch and keep hardly any log
 */
record Knobs(
    int members,
    int clients,
    int watchers,
    int lessees,
    long compactEveryNanos,
    int heartbeatMillis,
    int electionMillis,
    boolean preVote,
    int logKeepEntries,
    long memtableBytes,
    long logCacheBytes,
    int compactionBatch,
    Pace pace,
    Weather weather,
    Workload.Mix mix,
    KvClient.Settings client,
    Nemesis.Settings nemesis,
    long driftPpmMax,
    Operator.Settings operator,
    boolean strictReconfiguration,
    boolean promoteLearners,
    int weakStartPermille,
    int frugalStartPermille) {
  static final long MILLI = 1_000_000;
  static final long SECOND = 1_000 * MILLI;

  static Knobs draw(Chance chance) {
    int heartbeat = chance.even() ? 100 : 20 + 10 * chance.below(10);
    int election = heartbeat * (5 + chance.below(11));
    return new Knobs(
        chance.pick(List.of(1, 3, 3, 3, 3, 3, 3, 3, 5, 5)),
        4 + chance.below(9),
        chance.permille(300) ? 20 : chance.below(8),
        chance.below(5),
        chance.delay(200 * MILLI, 100 * SECOND),
        heartbeat,
        election,
        chance.permille(850),
        5 + chance.below(500),
        chance.delay(2_000, 100_000),
        chance.delay(1_000, 1_000_000),
        1 + chance.below(50),
        pace(chance, election * MILLI / 4),
        weather(chance),
        mix(chance),
        new KvClient.Settings(
            MILLI, chance.delay(20 * MILLI, SECOND), chance.delay(500 * MILLI, 20 * SECOND)),
        new Nemesis.Settings(
            Nemesis.Settings.draw(chance),
            election * MILLI / 4,
            chance.delay(election * MILLI, 10L * election * MILLI),
            chance.delay(100 * MILLI, 20L * election * MILLI),
            election * MILLI),
        chance.below(500),
        new Operator.Settings(
            chance.permille(600),
            chance.delay(20 * MILLI, SECOND),
            chance.delay(2 * SECOND, 10 * SECOND),
            3 + chance.below(5)),
        chance.permille(300),
        chance.permille(200),
        chance.permille(200) ? 300 : 0,
        chance.permille(400) ? 700 : 0);
  }

  private static Pace pace(Chance chance, long stallMax) {
    long slow = chance.permille(300) ? 10 : 1;
    return new Pace(
        5_000,
        100_000 * slow,
        200_000,
        5 * MILLI * slow,
        5_000,
        500_000 * slow,
        MILLI,
        100 * MILLI * slow,
        chance.permille(300) ? 200 : chance.below(20),
        chance.delay(MILLI, stallMax));
  }

  private static Weather weather(Chance chance) {
    return new Weather(
        50_000,
        chance.delay(200_000, 50 * MILLI),
        chance.permille(600) ? 0 : chance.below(100),
        chance.permille(600) ? 0 : chance.below(200),
        chance.permille(500) ? 0 : chance.below(300));
  }

  private static Workload.Mix mix(Chance chance) {
    return new Workload.Mix(
        3 + chance.below(10),
        200 + chance.below(400),
        50 + chance.below(100),
        50 + chance.below(200),
        chance.below(500),
        chance.below(300),
        200 + chance.below(4000));
  }
}
