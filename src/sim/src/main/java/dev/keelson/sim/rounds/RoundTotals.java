package dev.keelson.sim.rounds;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What many rounds counted together. */
public final class RoundTotals {
  private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
  private final long firstSeed;
  private int rounds;
  private int failed;
  private long millis;
  private long operations;
  private long acknowledged;
  private long unknown;
  private long registerOperations;
  private long revisions;
  private long watches;
  private long renewals;
  private long snapshots;
  private long gapMillisMax;
  private long recoveredMillisMax;

  /**
   * Nothing yet.
   *
   * @param firstSeed of seeds in a row
   */
  public RoundTotals(long firstSeed) {
    this.firstSeed = firstSeed;
  }

  /** Adds a round that kept all promises. */
  public void add(RoundResult result) {
    rounds++;
    millis += result.millis();
    operations += result.operations();
    acknowledged += result.acknowledged();
    unknown += result.unknown();
    registerOperations += result.registerOperations();
    revisions += result.revisions();
    watches += result.watches();
    renewals += result.renewals();
    snapshots += result.snapshots();
    gapMillisMax = Math.max(gapMillisMax, result.gapMillis());
    recoveredMillisMax = Math.max(recoveredMillisMax, result.recoveredMillis());
    result.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
  }

  /** A round has broken a promise. */
  public void addFailed() {
    rounds++;
    failed++;
  }

  /** Of all rounds together. */
  public Map<FaultKind, Integer> faults() {
    return new EnumMap<>(faults);
  }

  /** Installed by members that were behind, in all rounds together. */
  public long snapshots() {
    return snapshots;
  }

  /** One line; a history is what the clients of one round saw. */
  public String toJson(String commit) {
    StringBuilder json = new StringBuilder();
    json.append(
        "{\"commit\":\"%s\",\"firstSeed\":%d,\"rounds\":%d,\"failed\":%d,\"seconds\":%d"
            .formatted(commit, firstSeed, rounds, failed, millis / 1000));
    json.append(
        ",\"histories\":%d,\"registerHistories\":%d"
            .formatted(rounds - failed, (rounds - failed) * RegisterClient.KEYS.size()));
    json.append(",\"operations\":%d,\"acknowledged\":%d".formatted(operations, acknowledged));
    json.append(",\"unknown\":%d".formatted(unknown));
    json.append(",\"registerOperations\":%d".formatted(registerOperations));
    json.append(",\"revisions\":%d,\"watches\":%d".formatted(revisions, watches));
    json.append(",\"renewals\":%d,\"snapshots\":%d".formatted(renewals, snapshots));
    json.append(",\"gapMillisMax\":%d".formatted(gapMillisMax));
    json.append(",\"recoveredMillisMax\":%d,\"faults\":".formatted(recoveredMillisMax));
    return json.append(toJson(faults)).append('}').toString();
  }

  static String toJson(Map<FaultKind, Integer> faults) {
    return faults.entrySet().stream()
        .map(each -> "\"%s\":%d".formatted(each.getKey(), each.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }
}
