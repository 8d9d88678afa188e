package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.server.tls.TestAuthority;
import dev.keelson.server.tls.TestAuthority.Issued;
import dev.keelson.sim.process.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server with certificates, asked by etcdctl and curl. */
final class TlsIT {

  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final int ROTATIONS = 5;

  @TempDir Path folder;

  private TestAuthority ca;
  private int port;
  private int metricsPort;

  @BeforeEach
  void certificates() throws IOException {
    ca = TestAuthority.create("ca").write(folder, "ca");
    server("first");
    ca.issue(TestAuthority.request().commonName("client")).write(folder, "client");
    port = freePort();
    metricsPort = freePort();
  }

  private void server(String name) {
    ca.issue(TestAuthority.request().commonName(name).ip("127.0.0.1").dns("localhost"))
        .write(folder, "server");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private ServerProcess start(String... more) throws InterruptedException {
    String url = "https://127.0.0.1:" + port;
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--listen-client-urls=" + url,
                "--advertise-client-urls=" + url,
                "--listen-metrics-urls=https://127.0.0.1:" + metricsPort));
    flags.addAll(List.of(more));
    ServerProcess server = new ServerProcess(Servers.program(), flags);
    server.launch();
    long end = System.nanoTime() + START_TIMEOUT.toNanos();
    while (!server.logText().contains("serving client traffic securely")) {
      assertThat(server.isAlive() && System.nanoTime() < end).as(server.logText()).isTrue();
      Thread.onSpinWait();
    }
    return server;
  }

  private String[] mutual() {
    return new String[] {
      "--cert-file=" + folder.resolve("server.pem"),
      "--key-file=" + folder.resolve("server.key"),
      "--trusted-ca-file=" + folder.resolve("ca.pem"),
      "--client-cert-auth"
    };
  }

  private Command etcdctl(List<String> identity, String... words) {
    List<String> all =
        new ArrayList<>(
            List.of(
                Servers.etcdTool("etcdctl").toString(),
                "--endpoints=https://127.0.0.1:" + port,
                "--command-timeout=5s"));
    all.addAll(identity);
    all.addAll(List.of(words));
    return Command.start(all, Map.of("ETCDCTL_API", "3"));
  }

  private List<String> client() {
    return List.of(
        "--cacert=" + folder.resolve("ca.pem"),
        "--cert=" + folder.resolve("client.pem"),
        "--key=" + folder.resolve("client.key"));
  }

  private String run(String... words) throws InterruptedException {
    try (Command command = etcdctl(client(), words)) {
      return command.end(0);
    }
  }

  @Test
  void etcdctlNeedsItsCertificate() throws Exception {
    try (ServerProcess server = start(mutual())) {
      assertThat(run("put", "a", "1")).isEqualTo("OK");
      assertThat(run("get", "a", "--print-value-only")).isEqualTo("1");
      try (Command refused = etcdctl(List.of("--cacert=" + folder.resolve("ca.pem")), "get", "a")) {
        refused.end(1);
      }
      assertThat(server.logText())
          .contains("rejected connection on client endpoint")
          .contains("tls: client didn't provide a certificate");
    }
  }

  @Test
  void certificatesRotateUnderAWatchAndUnderReconnectingClients() throws Exception {
    try (ServerProcess server = start(mutual());
        Command watch = etcdctl(client(), "watch", "k", "--prefix")) {
      for (int i = 0; i < ROTATIONS; i++) {
        run("put", "k" + i, "before");
        server("server-" + i);
        run("put", "k" + i, "after");
      }
      watch.awaitLine("k" + (ROTATIONS - 1));
      assertThat(server.logText()).contains("reloaded TLS files");
      watch.terminate();
    }
  }

  @Test
  void curlReadsHealthOnBothPorts() throws Exception {
    try (ServerProcess server = start(mutual())) {
      for (int to : List.of(port, metricsPort)) {
        try (Command curl =
            Command.start(
                List.of(
                    "curl",
                    "-sS",
                    "--cacert",
                    folder.resolve("ca.pem").toString(),
                    "--cert",
                    folder.resolve("client.pem").toString(),
                    "--key",
                    folder.resolve("client.key").toString(),
                    "https://127.0.0.1:" + to + "/health"),
                Map.of())) {
          assertThat(curl.end(0)).as(server.endpoint()).contains("\"health\":\"true\"");
        }
      }
    }
  }

  @Test
  void generatedCertificateServes() throws Exception {
    List<String> insecure = List.of("--insecure-skip-tls-verify", "--insecure-transport=false");
    try (ServerProcess server = start("--auto-tls")) {
      try (Command put = etcdctl(insecure, "put", "a", "1")) {
        put.end(0);
      }
      Path made = server.dataFolder().resolve("fixtures").resolve("client").resolve("cert.pem");
      assertThat(made).exists();
      // what was generated is an authority enough for whoever has the file
      try (Command get = etcdctl(List.of("--cacert=" + made), "get", "a", "--print-value-only")) {
        assertThat(get.end(0)).isEqualTo("1");
      }
    }
  }

  @Test
  void unusableFilesEndTheStartWithTheirName() throws Exception {
    Issued other = ca.issue(TestAuthority.request());
    TestAuthority.put(folder.resolve("server.key"), TestAuthority.pem(other.key()));
    try (ServerProcess server =
        new ServerProcess(
            Servers.program(),
            List.of(
                "--listen-client-urls=https://127.0.0.1:" + port,
                "--cert-file=" + folder.resolve("server.pem"),
                "--key-file=" + folder.resolve("server.key")))) {
      server.launch();
      assertThat(server.awaitExit(START_TIMEOUT)).isNotZero();
      assertThat(server.logText())
          .contains("server.key")
          .contains("the private key does not match the certificate");
    }
  }
}
