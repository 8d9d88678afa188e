package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.server.tls.TestAuthority;
import dev.keelson.server.tls.TestAuthority.Issued;
import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The peer port as tools and as other members meet it, in the clear and with certificates. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class PeerPortIT {

  private static final List<String> REQUESTS =
      List.of(
          "GET /members",
          "GET /members?x=1",
          "POST /members",
          "HEAD /members",
          "GET /members/",
          "GET /version",
          "PUT /version",
          "GET /version/",
          "GET /raft/probing",
          "GET /downgrade/enabled",
          "GET /health",
          "GET /metrics",
          "GET /livez",
          "GET /",
          "DELETE /nothing");

  private static final List<String> HEADERS =
      List.of("content-type", "allow", "x-content-type-options", "content-length");

  @TempDir Path folder;

  private final List<ServerProcess> running = new ArrayList<>();
  private TestAuthority ca;
  private Issued member;

  @BeforeEach
  void certificates() {
    ca = TestAuthority.create("ca").write(folder, "ca");
    member =
        ca.issue(TestAuthority.request().commonName("member").ip("127.0.0.1"))
            .write(folder, "member");
  }

  @AfterEach
  void stop() {
    running.forEach(ServerProcess::close);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private List<String> peerTls(String... more) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--peer-cert-file=" + path("member.pem"),
                "--peer-key-file=" + path("member.key"),
                "--peer-trusted-ca-file=" + path("ca.pem"),
                "--peer-client-cert-auth"));
    flags.addAll(List.of(more));
    return flags;
  }

  private ServerProcess alone(ServerProgram program, List<String> flags)
      throws InterruptedException {
    ServerProcess started = ServerProcess.cluster(program, 1, flags).getFirst();
    running.add(started);
    started.start();
    return started;
  }

  private HttpClient client(boolean tls, @Nullable Issued presented) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(20));
    return (tls ? builder.sslContext(ca.client(presented)) : builder).build();
  }

  private static HttpResponse<String> ask(HttpClient client, String url, String request)
      throws IOException, InterruptedException {
    String[] words = request.split(" ", 2);
    return client.send(
        HttpRequest.newBuilder(URI.create(url + words[1]))
            .method(words[0], BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(30))
            .build(),
        BodyHandlers.ofString());
  }

  /** What two servers that are otherwise alike must have in common. */
  private static String comparable(HttpResponse<String> response) {
    StringBuilder text = new StringBuilder().append(response.statusCode()).append('\n');
    boolean fixed = response.statusCode() != 200;
    for (String header : HEADERS) {
      Optional<String> value = response.headers().firstValue(header);
      if (value.isPresent() && (fixed || !header.equals("content-length"))) {
        text.append(header).append(": ").append(value.get()).append('\n');
      }
    }
    if (response.headers().firstValue("x-etcd-cluster-id").isPresent()) {
      text.append("x-etcd-cluster-id\n");
    }
    return text.append(
            response
                .body()
                .replaceAll("\"id\":\\d+", "\"id\":ID")
                .replaceAll("127\\.0\\.0\\.1:\\d+", "ADDRESS")
                .replaceAll("\"Now\":\"[^\"]+Z\"", "\"Now\":TIME")
                .replace(",\"storage\":\"3.6.0\"", "")
                .replaceAll("\"\\d\\.\\d\\.\\d+\"", "VERSION"))
        .toString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void httpIsAnsweredAsOnEtcd(boolean tls) throws Exception {
    Optional<ServerProgram> etcd = ServerProgram.etcd();
    assumeTrue(etcd.isPresent(), "etcd is missing; see .ci/get-etcd");
    List<String> flags = tls ? peerTls() : List.of();
    ServerProcess ours = alone(Servers.program(), flags);
    ServerProcess theirs = alone(etcd.orElseThrow(), flags);
    HttpClient client = client(tls, member);
    for (String request : REQUESTS) {
      assertThat(comparable(ask(client, ours.peerUrl(), request)))
          .as(request)
          .isEqualTo(comparable(ask(client, theirs.peerUrl(), request)));
    }
    if (tls) {
      assertThatThrownBy(() -> ask(client(true, null), ours.peerUrl(), "GET /members"))
          .isInstanceOf(IOException.class);
      assertThat(ours.logText())
          .contains("rejected connection on peer endpoint")
          .contains("tls: client didn't provide a certificate");
      curlWithBothProtocols(ours.peerUrl());
    }
  }

  /** curl offers HTTP/2 and HTTP/1.1; the first would be taken for another member's. */
  private void curlWithBothProtocols(String url) throws InterruptedException {
    try (Command curl =
        Command.start(
            List.of(
                "curl",
                "-sS",
                "--cacert",
                path("ca.pem"),
                "--cert",
                path("member.pem"),
                "--key",
                path("member.key"),
                url + "/version"),
            Map.of())) {
      assertThat(curl.end(0)).contains("\"etcdserver\"");
    }
  }

  @Test
  void whatIsNoProtocolEndsItsConnectionAndNothingElse() throws Exception {
    ServerProcess server = alone(Servers.program(), List.of());
    int port = URI.create(server.peerUrl()).getPort();
    for (String bytes :
        List.of(
            "\u0016\u0003\u0001 a TLS handshake on a port in the clear",
            "garbage\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "not a frame".repeat(100),
            "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n\r\n")) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        socket.setSoTimeout(60_000);
        try {
          socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
          socket.getInputStream().readAllBytes(); // until the server closes
        } catch (IOException e) {
          assertThat(e).as("reset").hasMessageNotContaining("timed out");
        }
      }
    }
    assertThat(ask(client(false, null), server.peerUrl(), "GET /members").statusCode())
        .isEqualTo(200);
    assertThat(ask(client(false, null), "http://" + server.endpoint(), "GET /health").body())
        .contains("\"health\":\"true\"");
  }

  @Test
  void certificatesOfPeersAreHeldAgainstTheirAddress() throws Exception {
    Issued elsewhere = ca.issue(TestAuthority.request().dns("member.invalid"));
    ServerProcess checks = alone(Servers.program(), peerTls());
    assertThatThrownBy(() -> ask(client(true, elsewhere), checks.peerUrl(), "GET /members"))
        .isInstanceOf(IOException.class);
    assertThat(checks.logText()).contains("does not match any of DNSNames [member.invalid]");
    ServerProcess trusts = alone(Servers.program(), peerTls("--peer-skip-client-san-verification"));
    assertThat(ask(client(true, elsewhere), trusts.peerUrl(), "GET /members").statusCode())
        .isEqualTo(200);
  }

  /** Members whose names do not resolve, as in a cluster whose name service is slow. */
  @Test
  void aLearnerJoinsOverTlsAndTheTrafficIsCounted() throws Exception {
    ca.issue(TestAuthority.request().commonName("dialling").dns("m.invalid", "*.m.invalid"))
        .write(folder, "dialling");
    String[] flags =
        peerTls(
                "--peer-client-cert-file=" + path("dialling.pem"),
                "--peer-client-key-file=" + path("dialling.key"),
                "--peer-skip-client-san-verification",
                "--snapshot-catchup-entries=1")
            .toArray(String[]::new);
    ServerProcess first = alone(Servers.program(), List.of(flags));
    ServerProcess learner = ServerProcess.joining(List.of(first), flags);
    running.add(learner);
    etcdctl(first, "put", "before", "the learner came");
    etcdctl(first, "put", "now", "the log forgets");
    etcdctl(first, "compact", "2", "--physical");
    assertThat(
            etcdctl(first, "member", "add", "m2", "--learner", "--peer-urls=" + learner.peerUrl()))
        .contains("added to cluster");
    learner.launch();
    HttpClient http = client(false, null);
    String at = "http://" + learner.endpoint();
    await(
        "the learner reads through the leader",
        learner,
        () -> status(http, at, "/readyz/linearizable_read") == 200);
    // what a learner can do it does; that it does not vote it says, as etcd's does
    assertThat(ask(http, at, "GET /livez").statusCode()).isEqualTo(200);
    assertThat(ask(http, at, "GET /readyz?exclude=non_learner").body()).isEqualTo("ok\n");
    HttpResponse<String> ready = ask(http, at, "GET /readyz");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).contains("[-]non_learner failed: not supported for learner");
    assertThat(etcdctl(learner, "get", "before", "--consistency=s", "--print-value-only"))
        .isEqualTo("the learner came");

    String to = memberId(first, "m2");
    String from = memberId(first, "m1");
    await(
        "both count",
        first,
        () ->
            metric(http, first, "etcd_network_active_peers{Local=\"" + from + "\",Remote=\"" + to)
                    == 1
                && metric(http, first, "etcd_network_peer_round_trip_time_seconds_count{To=\"" + to)
                    > 0);
    assertThat(metric(http, first, "etcd_network_peer_sent_bytes_total{To=\"" + to)).isPositive();
    assertThat(metric(http, first, "etcd_network_peer_received_bytes_total{From=\"" + to))
        .isPositive();
    assertThat(metric(http, learner, "etcd_network_peer_sent_bytes_total{To=\"" + from))
        .isPositive();
    assertThat(metric(http, learner, "etcd_network_peer_received_bytes_total{From=\"" + from))
        .isPositive();

    assertThat(metric(http, first, "etcd_network_snapshot_send_success{To=\"" + to)).isEqualTo(1);

    etcdctl(first, "member", "promote", to);
    await("a voter is ready", learner, () -> status(http, at, "/readyz") == 200);
    double failed = metric(http, first, "etcd_network_peer_sent_failures_total{To=\"" + to);
    learner.kill();
    await(
        "the loss is counted",
        first,
        () ->
            metric(http, first, "etcd_network_active_peers{Local=\"" + from + "\",Remote=\"" + to)
                    == 0
                && metric(http, first, "etcd_network_disconnected_peers_total{Local=\"" + from) > 0
                && metric(http, first, "etcd_network_peer_sent_failures_total{To=\"" + to)
                    > failed);
  }

  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private static void await(String what, ServerProcess server, Condition condition)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (true) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (IOException e) {
        // not listening yet
      }
      assertThat(System.nanoTime()).as(what + "\n" + server.logText()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static int status(HttpClient http, String url, String path)
      throws IOException, InterruptedException {
    return ask(http, url, "GET " + path).statusCode();
  }

  /** The value of the first line that begins so; -1 when there is none. */
  private static double metric(HttpClient http, ServerProcess server, String begin)
      throws IOException, InterruptedException {
    return ask(http, "http://" + server.endpoint(), "GET /metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(begin))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .findFirst()
        .orElse(-1);
  }

  private static String memberId(ServerProcess server, String name) throws InterruptedException {
    return etcdctl(server, "member", "list")
        .lines()
        .map(line -> line.split(", ", -1))
        .filter(fields -> fields[2].equals(name))
        .findFirst()
        .orElseThrow()[0];
  }

  private static String etcdctl(ServerProcess server, String... words) throws InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Servers.etcdTool("etcdctl").toString(), "--endpoints", server.endpoint()));
    command.addAll(List.of(words));
    try (Command etcdctl = Command.start(command, Map.of("ETCDCTL_API", "3"))) {
      return etcdctl.end(0);
    }
  }
}
