package dev.keelson.sim.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.sim.check.Violation;
import dev.keelson.sim.net.SocketOwner;
import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProgram;
import dev.keelson.sim.rounds.MemberProgram;
import dev.keelson.sim.rounds.Round;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Members with a known defect must not get through the rounds: this is what shows that the rounds
 * can see.
 */
class PlantedRoundsIT {
  private static final int ROUNDS_MAX = 6;
  private static final Path FOLDER = Path.of("target", "planted-rounds").toAbsolutePath();

  @BeforeAll
  static void onLinux() {
    assumeTrue(SocketOwner.available(), "rounds need /proc/net/tcp and signals, so Linux");
  }

  @Test
  void aReadThatDoesNotAskTheLeaderIsFound() throws IOException, InterruptedException {
    assertThat(firstViolation(PlantedBugsTest.Bug.LOCAL_READ_WITHOUT_READ_INDEX))
        .as("within %d rounds", ROUNDS_MAX)
        .containsPattern("stale: |VIOLATION: ");
  }

  /** The first line of what is wrong; empty if nothing is. */
  private static String firstViolation(PlantedBugsTest.Bug bug)
      throws IOException, InterruptedException {
    ServerProgram program = MemberProgram.of(PlantedMember.class.getName(), List.of(bug.name()));
    for (long seed = 1; seed <= ROUNDS_MAX; seed++) {
      try {
        System.out.println(new Round(program, seed, FOLDER).run().toJson());
      } catch (Violation violation) {
        ScratchFolder.delete(FOLDER);
        String found = String.valueOf(violation.getMessage()).lines().findFirst().orElse("");
        System.out.printf("planted %s: seed %d: %.200s%n", bug, seed, found);
        return found;
      }
    }
    return "";
  }
}
