package dev.keelson.sim.run;

import dev.keelson.sim.fault.Fault;
import dev.keelson.sim.membership.Change;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What many runs counted together. */
public final class Totals {
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  private final Map<Change, Long> changes = new EnumMap<>(Change.class);
  private final Map<String, Long> messages = new TreeMap<>();
  private long firstSeed = -1;
  private long lastSeed = -1;
  private long seeds;
  private long events;
  private long virtualNanos;
  private long operations;
  private long watches;
  private long revisions;
  private long elections;
  private long machines;
  private long crashes;

  /** Adds a run. */
  public void add(Result result) {
    firstSeed = firstSeed < 0 ? result.seed() : firstSeed;
    lastSeed = result.seed();
    seeds++;
    events += result.events();
    virtualNanos += result.virtualNanos();
    operations += result.operations();
    watches += result.watches();
    revisions += result.revision() - 1;
    elections += result.elections();
    machines += result.machines();
    crashes += result.crashes();
    result.faults().forEach((fault, count) -> faults.merge(fault, (long) count, Long::sum));
    result.changes().forEach((change, count) -> changes.merge(change, (long) count, Long::sum));
    result.messages().forEach((fate, count) -> messages.merge(fate, count, Long::sum));
  }

  public long seeds() {
    return seeds;
  }

  public long events() {
    return events;
  }

  /** One line of JSON; times in seconds. */
  public String toJson(String commit, double cpuSeconds) {
    StringBuilder json = new StringBuilder();
    json.append(
        "{\"commit\":\"%s\",\"firstSeed\":%d,\"lastSeed\":%d"
            .formatted(commit, firstSeed, lastSeed));
    json.append(",\"seeds\":%d,\"events\":%d".formatted(seeds, events));
    json.append(",\"virtualSeconds\":%d".formatted(virtualNanos / Knobs.SECOND));
    json.append(",\"cpuSeconds\":%d".formatted(Math.round(cpuSeconds)));
    json.append(",\"histories\":%d,\"operations\":%d".formatted(seeds, operations));
    json.append(",\"watches\":%d,\"revisions\":%d".formatted(watches, revisions));
    json.append(",\"elections\":%d,\"machines\":%d".formatted(elections, machines));
    json.append(",\"endsOfProcesses\":%d".formatted(crashes));
    object(json, "faults", faults);
    object(json, "membershipChanges", changes);
    object(json, "messages", messages);
    return json.append("}").toString();
  }

  private static void object(StringBuilder json, String name, Map<?, Long> counts) {
    json.append(",\"%s\":{".formatted(name));
    String separator = "";
    for (Map.Entry<?, Long> each : counts.entrySet()) {
      json.append(separator).append("\"%s\":%d".formatted(each.getKey(), each.getValue()));
      separator = ",";
    }
    json.append("}");
  }

  /** Adds a line to a file, which is created if need be. */
  static void append(Path file, String line) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(
        file,
        line + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
