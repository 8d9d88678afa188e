package dev.keelson.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The short simulation of every build. {@code -Dsim.seeds=N} sets how many seeds run, {@code
 * -Dsim.first=N} the first of them; {@code -Dsim.seed=N} runs one again. What was counted is added
 * to files in {@code -Dsim.results=DIRECTORY}.
 */
class SimulationTest {
  private static final long EVENTS = Long.getLong("sim.events", SimulationMain.EVENTS);
  private static final int CRASH_STATES = Integer.getInteger("sim.crash.states", 2_500);
  private static final long CRASH_EVENTS = 2_000;
  private static final Path RESULTS = Path.of(System.getProperty("sim.results", "target"));
  private static final String COMMIT = System.getProperty("sim.commit", "unknown");

  @Test
  void keepsItsPromisesOnManySeeds() throws IOException {
    long first = Long.getLong("sim.first", 1);
    long seeds = Long.getLong("sim.seeds", 400);
    Totals totals = new Totals();
    double start = SimulationMain.cpuSeconds();
    for (long seed = first; seed < first + seeds; seed++) {
      totals.add(SimulationMain.run(seed, EVENTS));
    }
    String line = totals.toJson(COMMIT, SimulationMain.cpuSeconds() - start);
    System.out.println("simulation: " + line);
    Totals.append(RESULTS.resolve("simulation.jsonl"), line);
    assertThat(totals.events()).isGreaterThanOrEqualTo(seeds * EVENTS);
  }

  /** What is in an order of identity hashes differs the second time. */
  @Test
  void aSeedGoesTheSameWayAgain() {
    for (long seed : new long[] {191, 234}) {
      assertThat(SimulationMain.run(seed, EVENTS)).isEqualTo(SimulationMain.run(seed, EVENTS));
    }
  }

  /** The disk of each member, at each write, persist and rename, in each way of survival. */
  @Test
  void everyCrashStateKeepsWhatWasAcknowledged() throws IOException {
    int states = 0;
    long seed = 0;
    while (states < CRASH_STATES) {
      Simulation simulation = new Simulation(++seed).lookingAtCrashStates();
      simulation.run(CRASH_EVENTS);
      states += simulation.crashStates();
    }
    String line =
        "{\"commit\":\"%s\",\"seeds\":%d,\"crashStates\":%d}".formatted(COMMIT, seed, states);
    System.out.println("crash states: " + line);
    Totals.append(RESULTS.resolve("crash-states.jsonl"), line);
  }

  @Test
  void replay() {
    long seed = Long.getLong("sim.seed", 1);
    System.out.println(SimulationMain.run(seed, EVENTS));
  }

  @Test
  void aSeedGoesTheSameWayInAnotherJvm() throws IOException, InterruptedException {
    List<String> here = new ArrayList<>();
    for (long seed = 1; seed <= 3; seed++) {
      here.add(SimulationMain.run(seed, EVENTS).toString());
    }
    assertThat(inAnotherJvm("1", "3", Long.toString(EVENTS))).containsAll(here);
  }

  private static List<String> inAnotherJvm(String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SimulationMain.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return lines;
  }
}
