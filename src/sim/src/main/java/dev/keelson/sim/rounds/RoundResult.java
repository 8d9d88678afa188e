package dev.keelson.sim.rounds;

import java.util.Map;

/**
 * What a round counted.
 *
 * @param members of the cluster
 * @param millis from the first start to the verdict
 * @param operations key-value requests, whatever became of them
 * @param acknowledged writes among them that were acknowledged
 * @param unknown requests whose outcome nobody knows
 * @param registerOperations those judged without their revisions, too
 * @param revisions made
 * @param watches sessions of watches
 * @param renewals leases granted or renewed
 * @param snapshots installed by members that were behind
 * @param term in the end; every election takes at least one
 * @param gapMillis the longest time without an acknowledged write while there was load
 * @param recoveredMillis from the end of the faults until every member had written
 * @param faults carried out
 */
public record RoundResult(
    long seed,
    int members,
    long millis,
    int operations,
    int acknowledged,
    int unknown,
    int registerOperations,
    long revisions,
    int watches,
    int renewals,
    int snapshots,
    long term,
    long gapMillis,
    long recoveredMillis,
    Map<FaultKind, Integer> faults) {

  /** One line. */
  public String toJson() {
    StringBuilder json = new StringBuilder();
    json.append("{\"seed\":%d,\"members\":%d,\"millis\":%d".formatted(seed, members, millis));
    json.append(",\"operations\":%d,\"acknowledged\":%d".formatted(operations, acknowledged));
    json.append(",\"unknown\":%d".formatted(unknown));
    json.append(",\"registerOperations\":%d".formatted(registerOperations));
    json.append(",\"revisions\":%d,\"watches\":%d".formatted(revisions, watches));
    json.append(",\"renewals\":%d,\"snapshots\":%d".formatted(renewals, snapshots));
    json.append(",\"term\":%d,\"gapMillis\":%d".formatted(term, gapMillis));
    json.append(",\"recoveredMillis\":%d,\"faults\":".formatted(recoveredMillis));
    return json.append(RoundTotals.toJson(faults)).append('}').toString();
  }
}
