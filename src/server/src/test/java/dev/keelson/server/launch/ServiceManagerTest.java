package dev.keelson.server.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ServiceManagerTest {
  /** Java has no datagram sockets of this kind to listen with either. */
  private static final Path PYTHON = Path.of("/usr/bin/python3");

  private static final String LISTEN =
      """
      import socket, sys
      name = sys.argv[1]
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind(chr(0) + name[1:] if name[0] == '@' else name)
      print('bound', flush=True)
      print(s.recv(100).decode(), flush=True)
      """;

  @TempDir Path folder;

  private static String heard(String socket) throws IOException, InterruptedException {
    assumeTrue(Files.exists(PYTHON), "python3 is missing");
    Process listener = new ProcessBuilder(PYTHON.toString(), "-c", LISTEN, socket).start();
    try (BufferedReader lines = listener.inputReader(StandardCharsets.UTF_8)) {
      assertThat(lines.readLine()).isEqualTo("bound");
      ServiceManager.send(socket, "READY=1");
      return lines.readLine();
    } finally {
      listener.destroyForcibly().waitFor();
    }
  }

  @Test
  void aSocketOfTheFileSystemIsTold() throws Exception {
    assertThat(heard(folder.resolve("notify").toString())).isEqualTo("READY=1");
  }

  @Test
  void anAbstractSocketIsTold() throws Exception {
    assertThat(heard("@keelson-" + folder.getFileName())).isEqualTo("READY=1");
  }

  @Test
  void whoeverDoesNotListenIsAReasonNotACrash() {
    String nobody = folder.resolve("nobody").toString();
    assertThatThrownBy(() -> ServiceManager.send(nobody, "READY=1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(nobody);
    assertThatThrownBy(() -> ServiceManager.send("/" + "x".repeat(107), "READY=1"))
        .hasMessageContaining("is not the name of a Unix socket");
    assertThatThrownBy(() -> ServiceManager.send("vsock:2:1", "READY=1"))
        .hasMessageContaining("is not the name of a Unix socket");
  }
}
