package dev.keelson.sim.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ServerProcessTest {
  private static final ServerProgram FALSE =
      new ServerProgram("false", Path.of("/bin/sh"), List.of("-c", "echo cannot start; exit 3"));

  @Test
  void survivesKillWithItsData() throws InterruptedException {
    ServerProgram etcd = ServerProgram.etcd().orElse(null);
    assumeTrue(etcd != null, "etcd is missing; see .ci/get-etcd");
    Path data;
    try (ServerProcess server = ServerProcess.started(etcd)) {
      data = server.dataFolder();
      String endpoint = server.endpoint();
      server.kill();
      assertThat(server.isAlive()).isFalse();
      assertThat(data).isNotEmptyDirectory();
      server.start();
      assertThat(server.endpoint()).isEqualTo(endpoint);
      assertThat(server.stop()).as("ends by itself when asked").isTrue();
    }
    assertThat(Files.exists(data)).isFalse();
  }

  @Test
  void failedStartShowsTheLog() {
    assertThatThrownBy(() -> ServerProcess.started(FALSE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ended at start")
        .hasMessageContaining("cannot start");
  }

  @Test
  void exitCodeOfAServerThatRefuses() throws InterruptedException {
    try (ServerProcess server = new ServerProcess(FALSE, List.of())) {
      server.launch();
      assertThat(server.awaitExit(Duration.ofSeconds(30))).isEqualTo(3);
      assertThat(server.logText()).contains("cannot start");
    }
  }
}
