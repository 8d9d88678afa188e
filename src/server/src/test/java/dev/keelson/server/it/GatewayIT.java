package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JSON gateway: the same requests to etcd and to the server under test, and its streams. */
@Timeout(180)
final class GatewayIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Headers that depend on the server's HTTP library, not on the gateway. */
  private static final Set<String> IGNORED =
      Set.of("date", "content-length", "transfer-encoding", "connection");

  private static ServerProcess server;
  private static HttpClient client;

  @BeforeAll
  static void start() throws InterruptedException {
    server = Servers.start();
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void answersAsEtcdDoes() throws Exception {
    Servers.etcdTool("etcd");
    try (ServerProcess etcd = ServerProcess.started(ServerProgram.etcd().orElseThrow());
        ServerProcess fresh = Servers.start()) {
      int sent = 0;
      for (String line : requests()) {
        String[] words = line.split(" ", 3);
        String body = words.length == 3 ? words[2] : "";
        assertThat(answer(fresh, words[0], words[1], body))
            .as(line)
            .isEqualTo(answer(etcd, words[0], words[1], body));
        sent++;
      }
      assertThat(sent).isGreaterThan(70);
    }
  }

  private static List<String> requests() throws IOException {
    try (InputStream text =
        Objects.requireNonNull(GatewayIT.class.getResourceAsStream("/gateway/requests.txt"))) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  /** Status, headers and body; what differs by chance between two servers is evened out. */
  private static String answer(ServerProcess on, String method, String path, String body)
      throws Exception {
    HttpRequest request =
        at(on, path)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    Map<String, List<String>> headers = new TreeMap<>(response.headers().map());
    headers.keySet().removeIf(name -> IGNORED.contains(name.toLowerCase(Locale.ROOT)));
    return response.statusCode() + "\n" + headers + "\n" + normal(response.body());
  }

  private static String normal(String body) {
    // Go puts blanks where it likes, so that nobody relies on the exact bytes
    return body.replaceAll("\"(cluster_id|member_id)\":\\s*\"\\d+\"", "\"$1\":\"X\"")
        .replace('\u00a0', ' ')
        .replace("proto:  ", "proto: ")
        .replace("\", \"", "\",\"")
        .replace("}, \"", "},\"")
        .replace("], \"", "],\"")
        .replace("true, \"", "true,\"")
        .replaceAll("(\\d), \"", "$1,\"")
        .replace("}, {", "},{");
  }

  private static HttpRequest.Builder at(ServerProcess on, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + on.clientPort() + path))
        .timeout(TIMEOUT);
  }

  @Test
  void watchStreamsEventsUntilTheClientLeaves() throws Exception {
    try (BufferedReader watch =
        stream("/v3/watch", "{\"create_request\":{\"key\":\"d2F0Y2g=\"}}")) {
      assertThat(watch.readLine()).endsWith("\"created\":true}}");
      post("/v3/kv/put", "{\"key\":\"d2F0Y2g=\",\"value\":\"MQ==\"}");
      assertThat(watch.readLine())
          .startsWith("{\"result\":{\"header\":{")
          .contains("\"events\":[{\"kv\":{\"key\":\"d2F0Y2g=\",")
          .endsWith("\"version\":\"1\",\"value\":\"MQ==\"}}]}}");
      post("/v3/kv/deleterange", "{\"key\":\"d2F0Y2g=\"}");
      assertThat(watch.readLine()).contains("\"type\":\"DELETE\",\"kv\":{\"key\":\"d2F0Y2g=\"");
    }
    // nothing of a stream stays behind when its client has gone
    while (!metric("etcd_debugging_mvcc_watcher_total").equals("0")) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whoLeavesWhileWaitingForALockDoesNotGetIt() throws Exception {
    String name = "\"name\":\"bGVmdA==\"";
    post("/v3/lease/grant", "{\"TTL\":\"600\",\"ID\":\"7\"}");
    post("/v3/lease/grant", "{\"TTL\":\"600\",\"ID\":\"8\"}");
    post("/v3/lock/lock", "{" + name + ",\"lease\":\"7\"}");
    String body = "{" + name + ",\"lease\":\"8\"}";
    try (Socket waiter = new Socket(InetAddress.getLoopbackAddress(), server.clientPort())) {
      waiter
          .getOutputStream()
          .write(
              "POST /v3/lock/lock HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(body.length(), body)
                  .getBytes(StandardCharsets.US_ASCII));
      awaitContenders(2);
    }
    awaitContenders(1);
  }

  /** Waits until so many keys stand under "left/". */
  private static void awaitContenders(int count) throws Exception {
    HttpRequest request =
        at(server, "/v3/kv/range")
            .POST(
                BodyPublishers.ofString(
                    "{\"key\":\"bGVmdC8=\",\"range_end\":\"bGVmdDA=\",\"count_only\":true}"))
            .build();
    while (!client
        .send(request, BodyHandlers.ofString())
        .body()
        .contains("\"count\":\"" + count + "\"")) {
      Thread.onSpinWait();
    }
  }

  @Test
  void observeStreamsLeaders() throws Exception {
    post("/v3/lease/grant", "{\"TTL\":\"600\",\"ID\":\"99\"}");
    String name = "\"name\":\"b2JzZXJ2ZWQ=\"";
    try (BufferedReader observer = streamLater("/v3/election/observe", "{" + name + "}")) {
      post("/v3/election/campaign", "{" + name + ",\"lease\":\"99\",\"value\":\"b25l\"}");
      assertThat(observer.readLine()).contains("\"result\":").contains("\"value\":\"b25l\"");
    }
  }

  /** A stream whose answer begins only later. */
  private static BufferedReader streamLater(String path, String body) {
    var later =
        client.sendAsync(
            at(server, path).POST(BodyPublishers.ofString(body)).build(),
            BodyHandlers.ofInputStream());
    return new BufferedReader(
        new InputStreamReader(
            new InputStream() {
              @Override
              public int read() throws IOException {
                return later.join().body().read();
              }

              @Override
              public int read(byte[] target, int offset, int length) throws IOException {
                return later.join().body().read(target, offset, length);
              }

              @Override
              public void close() throws IOException {
                later.join().body().close();
              }
            },
            StandardCharsets.UTF_8));
  }

  @Test
  void aCallEndsAfterItsTimeout() throws Exception {
    assertThat(timed("1n")).isEqualTo("504 {\"code\":4,\"message\":\"context deadline exceeded\"}");
    assertThat(timed("soon"))
        .isEqualTo("400 {\"code\":3,\"message\":\"invalid grpc-timeout: soon\"}");
    assertThat(timed("20S")).startsWith("200 ");
    assertThat(timed("0S")).startsWith("200 ");
  }

  private static String timed(String timeout) throws Exception {
    HttpRequest request =
        at(server, "/v3/kv/range")
            .header("Grpc-Timeout", timeout)
            .POST(BodyPublishers.ofString("{\"key\":\"YQ==\"}"))
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    return response.statusCode() + " " + response.body();
  }

  @Test
  void snapshotStreamsBlobs() throws Exception {
    try (BufferedReader snapshot = stream("/v3/maintenance/snapshot", "{}")) {
      assertThat(snapshot.readLine()).startsWith("{\"result\":{\"remaining_bytes\":\"");
      String line = snapshot.readLine();
      String last = "";
      while (line != null) {
        last = line;
        line = snapshot.readLine();
      }
      assertThat(last)
          .as("the hash, with nothing remaining")
          .startsWith("{\"result\":{\"blob\":\"");
    }
  }

  @Test
  void restAssuredReadsWhatItWrote() {
    RestAssured.given()
        .baseUri("http://" + server.endpoint())
        .body("{\"key\":\"cmVzdA==\",\"value\":\"YXNzdXJlZA==\"}")
        .post("/v3/kv/put")
        .then()
        .statusCode(200)
        .contentType("application/json");
    JsonPath read =
        RestAssured.given()
            .baseUri("http://" + server.endpoint())
            .body("{\"key\":\"cmVzdA==\"}")
            .post("/v3/kv/range")
            .jsonPath();
    assertThat(read.getString("kvs[0].value")).isEqualTo("YXNzdXJlZA==");
    assertThat(read.getString("count")).isEqualTo("1");
  }

  @Test
  void headersBecomeMetadata() throws Exception {
    HttpRequest.Builder request =
        at(server, "/v3/kv/range")
            .header("Grpc-Metadata-Client-Api-Version", "gateway-it")
            .POST(BodyPublishers.ofString("{\"key\":\"YQ==\"}"));
    assertThat(client.send(request.build(), BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    assertThat(get("/metrics"))
        .contains(
            "etcd_server_client_requests_total{client_api_version=\"gateway-it\",type=\"unary\"} 1");
  }

  @Test
  void canBeSwitchedOff() throws Exception {
    try (ServerProcess without = Servers.start("--enable-grpc-gateway=false")) {
      HttpRequest request = at(without, "/v3/kv/range").POST(BodyPublishers.ofString("{}")).build();
      assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(404);
    }
  }

  private static BufferedReader stream(String path, String body) throws Exception {
    HttpRequest request = at(server, path).POST(BodyPublishers.ofString(body)).build();
    HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  private static void post(String path, String body) throws Exception {
    HttpRequest request = at(server, path).POST(BodyPublishers.ofString(body)).build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  private static String get(String path) throws Exception {
    return client.send(at(server, path).build(), BodyHandlers.ofString()).body();
  }

  private static String metric(String name) throws Exception {
    return get("/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .findFirst()
        .orElseThrow()
        .substring(name.length() + 1);
  }
}
