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

/** Debian's Python clients, over gRPC and over the JSON gateway. */
final class PythonEtcd3IT {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "python");

  @Test
  void grpcClientWorks() throws Exception {
    run("python3-etcd3", "etcd3", "/interop/python_etcd3.py");
  }

  @Test
  void gatewayClientWorks() throws Exception {
    run("python3-etcd3gw", "etcd3gw", "/interop/python_etcd3gw.py");
  }

  private static void run(String debianPackage, String module, String script) throws Exception {
    assumeTrue(Files.isExecutable(PYTHON), PYTHON + " is missing");
    assumeTrue(hasModule(module), "the Debian package " + debianPackage + " is not installed");
    try (ServerProcess server = Servers.start();
        Command running =
            Command.start(
                List.of(PYTHON.toString(), "-", Integer.toString(server.clientPort())),
                ENVIRONMENT)) {
      assertThat(running.input(text(script)).end(0)).containsPattern("all \\w+ checks passed");
    }
  }

  private static boolean hasModule(String module) throws Exception {
    Process probe =
        new ProcessBuilder(PYTHON.toString(), "-c", "import " + module)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return probe.waitFor() == 0;
  }

  private static String text(String script) throws IOException {
    try (InputStream text =
        Objects.requireNonNull(PythonEtcd3IT.class.getResourceAsStream(script))) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
