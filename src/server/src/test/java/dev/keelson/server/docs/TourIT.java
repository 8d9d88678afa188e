package dev.keelson.server.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runs the tour of the README as it is printed. */
final class TourIT {

  private static final String TOUR_TITLE = "## A tour";
  private static final String DEFAULT_ENDPOINT = "127.0.0.1:2379";

  @Test
  void everyLineWorks() throws IOException, InterruptedException {
    Optional<Path> etcdctl = ServerProgram.etcdTool("etcdctl");
    assumeTrue(etcdctl.isPresent(), "etcdctl is missing; see .ci/get-etcd");
    try (ServerProcess server = ServerProcess.started(ServerProgram.keelson().orElseThrow())) {
      String endpoint = "127.0.0.1:" + server.clientPort();
      String said = run(tour().replace(DEFAULT_ENDPOINT, endpoint), endpoint, etcdctl.get());
      assertThat(said)
          .doesNotContain("Error")
          .containsSubsequence(
              "OK\nOK\ngreeting\nhello again\ngreeting\nhello\n", // puts and gets
              "PUT\ngreeting\nhello\nPUT\ngreeting\nhello again\n", // watch
              "SUCCESS\n\nOK\n", // transaction
              "attached keys([session])", // lease
              " revoked\none at a time\n", // nothing of the key; lock
              "compacted revision 3\n",
              "3.6.14", // status
              "[+]linearizable_read ok\n");
    }
  }

  private static String tour() throws IOException {
    String readme = Files.readString(DocFiles.ROOT.resolve("README.md"));
    int section = readme.indexOf(TOUR_TITLE);
    assertThat(section).as("section " + TOUR_TITLE).isNotNegative();
    int begin = readme.indexOf("```\n", section) + 4;
    return readme.substring(begin, readme.indexOf("```", begin));
  }

  private static String run(String script, String endpoint, Path etcdctl)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("timeout", "60", "bash", "-u", "-c", script);
    builder.environment().put("ETCDCTL_ENDPOINTS", endpoint);
    builder
        .environment()
        .merge("PATH", etcdctl.resolveSibling("").toString(), (old, dir) -> dir + ":" + old);
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return said;
  }
}
