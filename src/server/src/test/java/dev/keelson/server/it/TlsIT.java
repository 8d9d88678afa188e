package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server with certificates, asked by etcdctl and curl. */
final class TlsIT {
  private static final int ROTATIONS = 5;

  @TempDir Path folder;

  private Certificates certificates;
  private int port;
  private int metricsPort;

  @BeforeEach
  void prepare() throws IOException {
    certificates = new Certificates(folder).client("client", "client");
    port = Servers.freePort();
    metricsPort = Servers.freePort();
  }

  private ServerProcess start(List<String> more) {
    List<String> flags = new ArrayList<>(more);
    flags.add("--listen-metrics-urls=https://127.0.0.1:" + metricsPort);
    return Servers.startAt("https://127.0.0.1:" + port, flags);
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

  private String run(String... words) throws InterruptedException {
    try (Command command = etcdctl(certificates.clientFlags("client"), words)) {
      return command.end(0);
    }
  }

  @Test
  void etcdctlNeedsItsCertificate() throws Exception {
    try (ServerProcess server = start(certificates.serverFlags())) {
      assertThat(run("put", "a", "1")).isEqualTo("OK");
      assertThat(run("get", "a", "--print-value-only")).isEqualTo("1");
      try (Command refused = etcdctl(certificates.trustFlags(), "get", "a")) {
        refused.end(1);
      }
      assertThat(server.logText())
          .contains("rejected connection on client endpoint")
          .contains("tls: client didn't provide a certificate");
    }
  }

  @Test
  void certificatesRotateUnderAWatchAndUnderReconnectingClients() throws Exception {
    try (ServerProcess server = start(certificates.serverFlags());
        Command watch = etcdctl(certificates.clientFlags("client"), "watch", "k", "--prefix")) {
      for (int i = 0; i < ROTATIONS; i++) {
        run("put", "k" + i, "before");
        certificates.renewServer("server-" + i);
        run("put", "k" + i, "after");
      }
      watch.awaitLine("k" + (ROTATIONS - 1));
      assertThat(server.logText()).contains("reloaded TLS files");
      watch.terminate();
    }
  }

  @Test
  void curlReadsHealthOnBothPorts() throws Exception {
    try (ServerProcess server = start(certificates.serverFlags())) {
      for (int to : List.of(port, metricsPort)) {
        List<String> curl = new ArrayList<>(List.of("curl", "-sS"));
        curl.addAll(certificates.clientFlags("client"));
        curl.add("https://127.0.0.1:" + to + "/health");
        try (Command health = Command.start(curl, Map.of())) {
          assertThat(health.end(0)).as(server.endpoint()).contains("\"health\":\"true\"");
        }
      }
    }
  }

  @Test
  void generatedCertificateServes() throws Exception {
    List<String> insecure = List.of("--insecure-skip-tls-verify", "--insecure-transport=false");
    try (ServerProcess server = start(List.of("--auto-tls"))) {
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
    certificates.confuseServerKey();
    try (ServerProcess server =
        new ServerProcess(
            Servers.program(),
            List.of(
                "--listen-client-urls=https://127.0.0.1:" + port,
                "--cert-file=" + folder.resolve("server.pem"),
                "--key-file=" + folder.resolve("server.key")))) {
      server.launch();
      assertThat(server.awaitExit(Servers.START_TIMEOUT)).isNotZero();
      assertThat(server.logText())
          .contains("server.key")
          .contains("the private key does not match the certificate");
    }
  }
}
