package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that misbehave: the server refuses them exactly and goes on serving the others. */
final class BadInputIT {
  private static final int SECONDS = 30;

  private static int metricsPort;
  private static ServerProcess server;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws Exception {
    metricsPort = Servers.freePort();
    server = Servers.start("--listen-metrics-urls=http://127.0.0.1:" + metricsPort);
    channel = Servers.connect(server);
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    server.close();
  }

  /** Whatever a test did, the server lives and writes. */
  @AfterEach
  void serverStillServes() {
    put(ByteString.copyFromUtf8("alive"));
    assertThat(server.isAlive()).isTrue();
  }

  @Test
  void garbageOnTheClientPort() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 50; i++) {
      byte[] garbage = new byte[1 + random.nextInt(5000)];
      random.nextBytes(garbage);
      send(garbage);
      send(("GET /" + "x".repeat(i * 50) + " HTTP/1.1\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      send(http2(garbage));
    }
  }

  @Test
  void connectionsThatSayNothing() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        Socket socket = new Socket("127.0.0.1", server.clientPort());
        silent.add(socket);
        socket.getOutputStream().write("PRI * HT".getBytes(StandardCharsets.UTF_8), 0, i % 8);
      }
      put(ByteString.copyFromUtf8("beside silent connections"));
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  /** The ports without gRPC cut them too: metrics, and other members. */
  @Test
  void whoSendsHalfAHeadIsCutOnTheOtherPorts() throws IOException {
    List<String> halves =
        List.of("", "GET /metrics HTTP/1.1\r\nHo", "PRI * HT", "\u0016\u0003\u0001");
    for (int port : List.of(metricsPort, server.peerPort())) {
      List<Socket> half = new ArrayList<>();
      try {
        for (int i = 0; i < 100; i++) {
          Socket socket = new Socket("127.0.0.1", port);
          socket.setSoTimeout(SECONDS * 1000);
          half.add(socket);
          String text = halves.get(i % halves.size());
          socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        try (Socket whole = new Socket("127.0.0.1", port)) {
          whole.setSoTimeout(SECONDS * 1000);
          String path = port == metricsPort ? "/health" : "/version";
          whole
              .getOutputStream()
              .write(
                  ("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
                      .getBytes(StandardCharsets.UTF_8));
          assertThat(new String(whole.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
              .isEqualTo("HTTP/1.1 200");
        }
        for (Socket socket : half) {
          awaitCut(socket);
        }
      } finally {
        for (Socket socket : half) {
          socket.close();
        }
      }
    }
  }

  /** Reads to the end; times out if nobody cuts the connection. */
  private static void awaitCut(Socket socket) throws IOException {
    try {
      socket.getInputStream().readAllBytes();
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  @Test
  void requestsTooLarge() {
    assertThatThrownBy(() -> put(ByteString.copyFrom(new byte[1_572_864])))
        .hasMessage("INVALID_ARGUMENT: etcdserver: request is too large");
    PutRequest beyondTransport = request(ByteString.copyFrom(new byte[2_100_000]));
    assertThatThrownBy(() -> KVGrpc.newBlockingStub(channel).put(beyondTransport))
        .hasMessage(
            "RESOURCE_EXHAUSTED: grpc: received message larger than max (%d vs. 2097152)",
            beyondTransport.getSerializedSize());
  }

  @Test
  void slowReaderOfAWatchHoldsUpNobodyAndLosesNothing() throws InterruptedException {
    int writes = 3000;
    ByteString value = ByteString.copyFrom(new byte[10_000]);
    try (SlowWatch watch = new SlowWatch(server, "slow/")) {
      watch.awaitCreated(SECONDS);
      List<Long> revisions = new ArrayList<>();
      for (int i = 0; i < writes; i++) {
        PutRequest request =
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("slow/" + i % 100))
                .setValue(value)
                .build();
        revisions.add(
            KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                .put(request)
                .getHeader()
                .getRevision());
      }
      assertThat(watch.readUntil(writes, SECONDS)).isEqualTo(revisions);
    }
  }

  /** What follows such a head may be its body or another request, so the connection ends. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST /v3/kv/put|Host: a~Transfer-Encoding: gzip|501 Not Implemented|Unsupported transfer encoding",
        "POST /v3/kv/put|Host: a~Transfer-Encoding: gzip, chunked|501 Not Implemented|Unsupported transfer encoding",
        "GET /version|Accept: a|400 Bad Request|missing required Host header",
        "GET /version|Host: a~Host: b|400 Bad Request|400 Bad Request",
        "GET /version|Host: a~Expect: 200-maybe|417 Expectation Failed|",
        "GET /version|Host: a~Content-Length: x|400 Bad Request|",
        "GET /version|Host: a~Content-Length: 1~Content-Length: 2|400 Bad Request|",
      })
  void headsThatAreReadInTwoWaysAreRefused(
      String request, String headers, String status, @Nullable String text) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.clientPort())) {
      socket.setSoTimeout(SECONDS * 1000);
      String head = request + " HTTP/1.1\r\n" + headers.replace("~", "\r\n") + "\r\n\r\n";
      socket
          .getOutputStream()
          .write(
              (head + "GET /version HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 " + status);
      assertThat(answer).contains(text == null ? "" : text).doesNotContain("etcdserver");
    }
  }

  @Test
  void clientsThatVanish() throws InterruptedException {
    for (int i = 0; i < 40; i++) {
      ManagedChannel vanishing = Servers.connect(server);
      SlowWatch watch = new SlowWatch(server, "");
      watch.awaitCreated(SECONDS);
      var unanswered =
          KVGrpc.newFutureStub(vanishing)
              .range(
                  RangeRequest.newBuilder()
                      .setKey(ByteString.copyFrom(new byte[1]))
                      .setRangeEnd(ByteString.copyFrom(new byte[1]))
                      .build());
      vanishing.shutdownNow();
      watch.vanish();
      assertThat(unanswered.cancel(true) || unanswered.isDone()).isTrue();
    }
  }

  private static void send(byte[] bytes) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.clientPort())) {
      socket.setSoLinger(true, 0); // a reset, not a polite goodbye
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    } catch (SocketException e) {
      // The server may close first; that it lives on is checked after each test.
      assertThat(e).isNotNull();
    }
  }

  /** A valid connection preface followed by anything. */
  private static byte[] http2(byte[] rest) {
    byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[preface.length + rest.length];
    System.arraycopy(preface, 0, all, 0, preface.length);
    System.arraycopy(rest, 0, all, preface.length, rest.length);
    return all;
  }

  private static void put(ByteString value) {
    var written =
        KVGrpc.newBlockingStub(channel)
            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            .put(request(value));
    assertThat(written.hasHeader()).isTrue();
  }

  private static PutRequest request(ByteString value) {
    return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).setValue(value).build();
  }
}
