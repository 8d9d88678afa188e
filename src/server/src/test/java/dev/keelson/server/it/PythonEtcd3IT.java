package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.sim.process.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Debian's Python client: key-value, transactions, watch, lease, lock, and members. */
final class PythonEtcd3IT {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "python");

  @Test
  void pythonClientWorks() throws Exception {
    assumeTrue(Files.isExecutable(PYTHON), PYTHON + " is missing");
    assumeTrue(hasLibrary(), "the Debian package python3-etcd3 is not installed");
    try (ServerProcess server = Servers.start();
        Command script =
            Command.start(
                List.of(PYTHON.toString(), "-", Integer.toString(server.clientPort())),
                ENVIRONMENT)) {
      assertThat(script.input(scriptText()).end(0)).contains("all python checks passed");
    }
  }

  private static boolean hasLibrary() throws Exception {
    Process probe =
        new ProcessBuilder(PYTHON.toString(), "-c", "import etcd3")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return probe.waitFor() == 0;
  }

  private static String scriptText() throws IOException {
    try (InputStream text =
        Objects.requireNonNull(
            PythonEtcd3IT.class.getResourceAsStream("/interop/python_etcd3.py"))) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
