package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JSON gateway over WebSockets, beside etcd's. */
@Timeout(180)
final class GatewaySocketIT {
  private static final long SECONDS = 30;
  private static final Pattern OWN =
      Pattern.compile("\"(cluster_id|member_id|raft_term)\":\"\\d+\",?");

  private static ServerProcess server;
  private static HttpClient client;

  /** The frames of one socket. */
  private static final class Frames implements WebSocket.Listener {
    static final String END = "closed";

    private final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      partial.append(data);
      if (last) {
        arrived.add(partial.toString());
        partial.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      arrived.add(END);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      arrived.add(END);
    }

    String next() throws InterruptedException {
      String frame = arrived.poll(SECONDS, TimeUnit.SECONDS);
      assertThat(frame).as("a frame").isNotNull();
      // Go puts blanks of any kind where it likes
      return OWN.matcher(frame.replace('\u00a0', ' ').replace(", ", ",").replace(": ", ":"))
          .replaceAll("");
    }
  }

  @BeforeAll
  static void start() throws InterruptedException {
    server = Servers.start();
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  @AfterAll
  static void stop() {
    client.shutdownNow(); // sockets may still be open
    server.close();
  }

  private static WebSocket open(ServerProcess to, String path, Frames frames) {
    return open(client.newWebSocketBuilder(), to, path, frames);
  }

  private static WebSocket open(
      WebSocket.Builder builder, ServerProcess to, String path, Frames frames) {
    return builder
        .buildAsync(URI.create("ws://127.0.0.1:" + to.clientPort() + path), frames)
        .join();
  }

  /** All that is answered to these messages, up to the end of the call. */
  private static List<String> conversation(ServerProcess to, String path, String... messages)
      throws InterruptedException {
    Frames frames = new Frames();
    WebSocket socket = open(to, path, frames);
    for (String message : messages) {
      socket.sendText(message, true).join();
    }
    List<String> all = new ArrayList<>();
    String next;
    do {
      next = frames.next();
      all.add(next);
    } while (!next.equals(Frames.END));
    socket.abort();
    return all;
  }

  @Test
  void callsAreAnsweredAsByEtcd() throws Exception {
    Servers.etcdTool("etcd");
    String[][] calls = {
      {"/v3/kv/put", "{\"key\":\"YQ==\",\"value\":\"MQ==\"}"},
      {"/v3/kv/range", "{\"key\":\"YQ==\"}"},
      {"/v3/kv/range", "{}"},
      {"/v3beta/kv/range", "{\"key\":\"YQ==\",\"count_only\":true}"},
      {"/v3/lease/leases", "{}"},
      {"/v3/election/observe", "{\"name\":7}"},
    };
    try (ServerProcess etcd = ServerProcess.started(ServerProgram.etcd().orElseThrow());
        ServerProcess fresh = Servers.start()) {
      for (String[] call : calls) {
        List<String> answers = conversation(fresh, call[0], call[1]);
        assertThat(answers).as("%s %s", (Object[]) call).hasSize(2);
        Frames frames = new Frames();
        WebSocket socket = open(etcd, call[0], frames);
        socket.sendText(call[1], true).join();
        assertThat(answers.getFirst()).as("%s %s", (Object[]) call).isEqualTo(frames.next());
        socket.abort(); // after some answers etcd leaves the socket open
      }
    }
  }

  @Test
  void aWatchGoesOnUntilTheClientLeaves() throws Exception {
    Frames frames = new Frames();
    WebSocket socket = open(server, "/v3/watch", frames);
    socket.sendText("{\"create_request\":{\"key\":\"c29ja2V0\"}}", true).join();
    assertThat(frames.next()).endsWith("\"created\":true}}");
    conversation(server, "/v3/kv/put", "{\"key\":\"c29ja2V0\",\"value\":\"MQ==\"}");
    assertThat(frames.next()).contains("\"events\":[{\"kv\":{\"key\":\"c29ja2V0\"");
    socket.sendText("{\"create_request\":{\"key\":\"bw==\",\"watch_id\":7}}", true).join();
    assertThat(frames.next()).contains("\"watch_id\":\"7\",\"created\":true");
    socket.sendText("{\"cancel_request\":{\"watch_id\":7}}", true).join();
    assertThat(frames.next()).contains("\"canceled\":true");
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    assertThat(frames.next()).isEqualTo(Frames.END);
    while (!get("/metrics").contains("\netcd_debugging_mvcc_watcher_total 0\n")) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theTokenComesAsSubprotocol() throws Exception {
    try (ServerProcess secured = Servers.start()) {
      for (String[] step :
          new String[][] {
            {"/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"secret\"}"},
            {"/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}"},
            {"/v3/auth/enable", "{}"}
          }) {
        assertThat(conversation(secured, step[0], step[1]).getFirst()).startsWith("{\"header\":");
      }
      String range = "{\"key\":\"YQ==\"}";
      assertThat(conversation(secured, "/v3/kv/range", range).getFirst())
          .contains("user name is empty");
      String login =
          conversation(
                  secured, "/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"secret\"}")
              .getFirst();
      String token = login.replaceFirst(".*\"token\":\"([^\"]+)\".*", "$1");
      Frames frames = new Frames();
      WebSocket socket =
          open(
              client.newWebSocketBuilder().subprotocols("Bearer", token),
              secured,
              "/v3/kv/range",
              frames);
      assertThat(socket.getSubprotocol()).isEqualTo("Bearer");
      socket.sendText(range, true).join();
      assertThat(frames.next()).startsWith("{\"header\":");
      frames = new Frames();
      socket =
          open(
              client.newWebSocketBuilder().header("Cookie", "token=" + token),
              secured,
              "/v3/kv/range",
              frames);
      socket.sendText(range, true).join();
      assertThat(frames.next()).startsWith("{\"header\":");
    }
  }

  @Test
  void pagesOfOtherOriginsAreTurnedAway() throws Exception {
    Servers.assumeKeelson("a look at the origin of a WebSocket");
    try (ServerProcess choosy = Servers.start("--cors=http://good.example")) {
      assertThatThrownBy(
              () ->
                  open(
                      client.newWebSocketBuilder().header("Origin", "http://bad.example"),
                      choosy,
                      "/v3/watch",
                      new Frames()))
          .hasCauseInstanceOf(WebSocketHandshakeException.class);
      open(
              client.newWebSocketBuilder().header("Origin", "http://good.example"),
              choosy,
              "/v3/watch",
              new Frames())
          .abort();
    }
  }

  @Test
  void whatIsTooLargeOrNoJsonEndsTheSocketOnly() throws Exception {
    assertThat(conversation(server, "/v3/kv/range", "no json").getFirst()).contains("\"code\":3");
    Frames frames = new Frames();
    WebSocket socket = open(server, "/v3/kv/put", frames);
    var _ = socket.sendText("{\"key\":\"" + "A".repeat(5 << 20), true);
    assertThat(frames.next()).isEqualTo(Frames.END);
    assertThat(conversation(server, "/v3/kv/range", "{\"key\":\"YQ==\"}")).hasSize(2);
  }

  @Test
  void whoSaysNothingAndGoesHasCalledNothing() throws Exception {
    Frames frames = new Frames();
    WebSocket socket = open(server, "/v3/auth/user/list", frames);
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    assertThat(frames.next()).isEqualTo(Frames.END);
    String calls = "grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"UserList\"";
    assertThat(get("/metrics").lines().filter(line -> line.startsWith(calls)))
        .allMatch(line -> line.endsWith(" 0"));
  }

  @Test
  void whatIsNotUnderTheGatewayIsNoSocket() {
    assertThatThrownBy(() -> open(server, "/health", new Frames()))
        .hasCauseInstanceOf(WebSocketHandshakeException.class);
  }

  private static String get(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.clientPort() + path))
            .method("GET", BodyPublishers.noBody())
            .build();
    return client.send(request, BodyHandlers.ofString()).body();
  }
}
