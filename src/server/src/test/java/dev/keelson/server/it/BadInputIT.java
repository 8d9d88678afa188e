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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that misbehave: the server refuses them exactly and goes on serving the others. */
final class BadInputIT {
  private static final int SECONDS = 30;

  private static ServerProcess server;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws InterruptedException {
    server = Servers.start();
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
