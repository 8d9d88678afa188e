package dev.keelson.sim.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.node.MemberMain;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.net.SocketOwner;
import dev.keelson.sim.process.ServerProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Rounds of every build. {@code -Drounds.count=N} sets how many, {@code -Drounds.first=N} the first
 * seed; {@code -Drounds.seed=N} with {@code -Dit.test=RoundsIT#replay} runs one again. What was
 * counted is added to files in {@code target}, or where {@code -Drounds.results=FOLDER} says.
 */
class RoundsIT {
  private static final Path FOLDER = Path.of("target", "rounds").toAbsolutePath();
  private static final Path RESULTS = Path.of(System.getProperty("rounds.results", "target"));

  @BeforeAll
  static void onLinux() {
    assumeTrue(SocketOwner.available(), "rounds need /proc/net/tcp and signals, so Linux");
  }

  @Test
  void promisesAreKept() throws IOException, InterruptedException {
    long first = Long.getLong("rounds.first", 1);
    int count = Integer.getInteger("rounds.count", 20);
    ServerProgram program = MemberProgram.plain(FOLDER.resolve("member.jsa"));
    RoundTotals totals = new RoundTotals(first);
    List<String> broken = new ArrayList<>();
    for (long seed = first; seed < first + count; seed++) {
      try {
        RoundResult result = round(program, seed).run();
        totals.add(result);
        append("rounds.jsonl", result.toJson());
      } catch (Violation violation) {
        totals.addFailed();
        broken.add(describe(seed, violation));
        System.out.println(broken.getLast());
      }
    }
    String line = totals.toJson(System.getProperty("sim.commit", "unknown"));
    append("rounds-totals.jsonl", line);
    System.out.println("rounds: " + line);
    assertThat(broken).isEmpty();
    if (count >= Plan.THEMES.size()) {
      assertThat(totals.faults()).as("faults of %d rounds", count).containsKeys(kinds());
      assertThat(totals.snapshots())
          .as("snapshots installed by members left behind")
          .isGreaterThanOrEqualTo(totals.faults().getOrDefault(FaultKind.CATCH_UP, 0));
    }
  }

  /** What must occur in as many rounds as there are themes. */
  private static FaultKind[] kinds() throws InterruptedException {
    Set<FaultKind> kinds = EnumSet.copyOf(Plan.THEMES);
    SmallDisk disk = SmallDisk.mount(FOLDER.resolve("disk"), 1).orElse(null);
    if (disk == null) {
      kinds.remove(FaultKind.DISK_FULL);
    } else {
      disk.close();
    }
    return kinds.toArray(FaultKind[]::new);
  }

  @Test
  void replay() throws IOException, InterruptedException {
    long seed = Long.getLong("rounds.seed", 1);
    try {
      ServerProgram program = MemberProgram.of(MemberMain.class.getName(), List.of());
      Round round = round(program, seed);
      RoundResult result = round.run();
      round.notes().forEach(System.out::println);
      System.out.println(result.toJson());
    } catch (Violation violation) {
      throw new AssertionError(describe(seed, violation), violation);
    }
  }

  private static Round round(ServerProgram program, long seed) {
    return new Round(program, seed, FOLDER.resolve("seed-" + seed));
  }

  private static String describe(long seed, Violation violation) {
    return "seed %d: %s%nrepeat: ./mvnw -o -pl :keelson-sim -am verify -Dit.test=RoundsIT#replay"
            .formatted(seed, violation.getMessage())
        + " -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false"
        + " -Dfailsafe.failIfNoSpecifiedTests=false -Drounds.seed="
        + seed;
  }

  private static void append(String file, String line) throws IOException {
    Files.createDirectories(RESULTS);
    Files.writeString(
        RESULTS.resolve(file),
        line + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
