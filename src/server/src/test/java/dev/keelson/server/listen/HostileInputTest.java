package dev.keelson.server.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.server.config.Url;
import dev.keelson.server.metrics.CallMetrics;
import dev.keelson.server.tls.TestAuthority;
import dev.keelson.server.tls.TlsContexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attacks on the client port. Whatever one client does, another one is served meanwhile. */
class HostileInputTest {

  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int MAX_MESSAGE_BYTES = 2 << 20;
  private static final int MAX_NEWCOMERS = 30;

  /** What an attack may leave in Netty's buffers while it lasts. */
  private static final long MAX_BUFFER_BYTES = 64L << 20;

  @TempDir Path folder;

  private FakeBackend backend;
  private ClientListener listener;
  private int port;
  private int tlsPort;

  @BeforeEach
  void start() throws IOException {
    backend = new FakeBackend();
    TestAuthority ca = TestAuthority.create("ca");
    ca.issue(TestAuthority.request().ip("127.0.0.1")).write(folder, "server");
    TlsContexts tls = TlsFiles.load(folder);
    ListenSettings settings =
        new ListenSettings(
            List.of(Url.parse("http://127.0.0.1:0"), Url.parse("https://127.0.0.1:0")),
            List.of(),
            MAX_MESSAGE_BYTES,
            4_294_967_295L,
            Duration.ofSeconds(5),
            Duration.ofHours(2),
            Duration.ofSeconds(20),
            PATIENCE,
            1,
            false);
    listener =
        new ClientListener(
            settings,
            List.of(
                new HealthStatusManager().getHealthService().bindService(),
                new Echo().bindService()),
            new CallMetrics(List.of(), false),
            backend.backend(),
            new Newcomers(MAX_NEWCOMERS),
            channel -> tls.accepting(Objects.requireNonNull(tls.clientServer()), channel));
    listener.start();
    List<Integer> ports =
        listener.addresses().stream()
            .map(address -> ((InetSocketAddress) address).getPort())
            .toList();
    port = ports.get(0);
    tlsPort = ports.get(1);
  }

  @AfterEach
  void stop() throws IOException {
    listener.stop(Duration.ZERO);
    backend.close();
  }

  private static final class Echo extends KVGrpc.KVImplBase {
    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> answer) {
      answer.onNext(PutResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }

  private ManagedChannel channel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  /** Both protocols, each on a new connection. */
  private void othersAreServed() throws Exception {
    ManagedChannel channel = channel();
    try {
      assertThat(
              HealthGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(20, TimeUnit.SECONDS)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(5, TimeUnit.SECONDS);
    }
    try (Socket http = connect(port)) {
      send(http, "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(new String(http.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200");
    }
    assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory())
        .isLessThan(MAX_BUFFER_BYTES);
  }

  private static Socket connect(int to) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), to);
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void expectClosed(Socket socket) throws IOException {
    try {
      socket.getInputStream().readAllBytes();
    } catch (SocketTimeoutException open) {
      throw open;
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset"); // closed with our bytes unread
    }
  }

  @Test
  void connectionsThatStaySilentCrowdOutThemselves() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 3 * MAX_NEWCOMERS; i++) {
        silent.add(connect(i % 2 == 0 ? port : tlsPort));
      }
      othersAreServed();
      expectClosed(silent.getFirst());
      expectClosed(silent.getLast()); // later, by its deadline
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void halfHandshakesEndInTimeAndHinderNobody() throws Exception {
    byte[] halfHello = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3, 1, 2, 3};
    List<Socket> half = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * MAX_NEWCOMERS; i++) {
        Socket socket = connect(tlsPort);
        socket.getOutputStream().write(halfHello);
        half.add(socket);
      }
      othersAreServed();
      try (Socket secure = TlsFiles.connect(tlsPort)) {
        assertThat(secure.isConnected()).isTrue();
      }
      for (Socket socket : half) {
        expectClosed(socket);
      }
    } finally {
      for (Socket socket : half) {
        socket.close();
      }
    }
  }

  @Test
  void headThatNeverEndsIsCut() throws Exception {
    try (Socket slow = connect(port);
        Socket whole = connect(port)) {
      send(slow, "GET /slow HTTP/1.1\r\nHost: x\r\nX-A: ");
      send(whole, "GET /whole HTTP/1.1\r\nHost: x\r\n\r\n");
      othersAreServed();
      expectClosed(slow);
      whole
          .getInputStream()
          .readNBytes("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n/whole".length());
      send(whole, "GET /again HTTP/1.1\r\nHost: x\r\n\r\n"); // its own deadline was lifted
      assertThat(whole.getInputStream().read()).isEqualTo('H');
    }
  }

  @Test
  void headersBeyondTheLimitEndTheCallOnly() throws Exception {
    ManagedChannel channel = channel();
    try {
      Metadata huge = new Metadata();
      huge.put(Metadata.Key.of("x-huge", Metadata.ASCII_STRING_MARSHALLER), "a".repeat(2 << 20));
      assertThatThrownBy(
              () ->
                  HealthGrpc.newBlockingStub(channel)
                      .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(huge))
                      .withDeadlineAfter(20, TimeUnit.SECONDS)
                      .check(HealthCheckRequest.getDefaultInstance()))
          .isInstanceOf(StatusRuntimeException.class);
      Metadata large = new Metadata();
      large.put(Metadata.Key.of("x-large", Metadata.ASCII_STRING_MARSHALLER), "a".repeat(500_000));
      assertThat(
              HealthGrpc.newBlockingStub(channel)
                  .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(large))
                  .withDeadlineAfter(20, TimeUnit.SECONDS)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(5, TimeUnit.SECONDS);
    }
    othersAreServed();
  }

  @Test
  void continuationsWithoutEndAreCut() throws Exception {
    try (Http2Attack attack = new Http2Attack(connect(port))) {
      attack.frame(1, 0, 1, new byte[0]); // HEADERS without END_HEADERS
      attack.flood(10_000, () -> attack.frame(9, 0, 1, new byte[1024]));
      attack.expectCut();
    }
    othersAreServed();
  }

  /** Nothing is kept of them, so nothing needs to be cut. */
  @Test
  void emptyContinuationsHinderNobody() throws Exception {
    try (Http2Attack attack = new Http2Attack(connect(port))) {
      attack.frame(1, 0, 1, new byte[0]);
      attack.flood(100_000, () -> attack.frame(9, 0, 1, new byte[0]));
      othersAreServed();
    }
  }

  /** A few bytes that stand for 4 KiB each (RFC 7541 §7.1.3 is about less than this). */
  @Test
  void headersThatUnfoldAreBounded() throws Exception {
    try (Http2Attack attack = new Http2Attack(connect(port))) {
      ByteArrayOutputStream block = new ByteArrayOutputStream();
      block.write(0x40); // a field that enters the dynamic table
      block.write(1);
      block.write('a');
      block.write(0x7f); // 4000 = 127 + 3873, in HPACK's integers
      block.write(0xa1);
      block.write(0x1e);
      block.writeBytes("b".repeat(4000).getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < 12_000; i++) {
        block.write(0x80 | 62); // the same again
      }
      attack.frame(1, 4, 1, block.toByteArray());
      othersAreServed();
      attack.ping();
      attack.expectAnswerOrCut();
    }
  }

  @Test
  void resetsWithoutEndAreCut() throws Exception {
    try (Http2Attack attack = new Http2Attack(connect(port))) {
      attack.rapidReset(60_000);
      attack.expectCut();
    }
    othersAreServed();
  }

  @Test
  void settingsWithoutEndAreCut() throws Exception {
    try (Http2Attack attack = new Http2Attack(connect(port))) {
      attack.flood(2_000_000, () -> attack.frame(4, 0, 0, new byte[0]));
      attack.expectCut();
    }
    othersAreServed();
  }

  @Test
  void pingsWithoutEndAreCut() throws Exception {
    try (Http2Attack attack = new Http2Attack(connect(port))) {
      attack.flood(100_000, attack::ping);
      attack.expectCut();
    }
    othersAreServed();
  }

  @Test
  void emptyDataWithoutEndHindersNobody() throws Exception {
    try (Http2Attack attack = new Http2Attack(connect(port))) {
      attack.openCall(1);
      attack.flood(200_000, () -> attack.frame(0, 0, 1, new byte[0]));
      othersAreServed();
    }
  }

  @Test
  void compressedRequestsAreReadUpToTheLimitOfWhatTheyUnfoldTo() throws Exception {
    ManagedChannel channel = channel();
    try {
      KVGrpc.KVBlockingStub compressing =
          KVGrpc.newBlockingStub(channel)
              .withCompression("gzip")
              .withDeadlineAfter(20, TimeUnit.SECONDS);
      assertThat(compressing.put(request(1 << 20))).isNotNull();
      assertThatThrownBy(() -> compressing.put(request(64 << 20)))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
      assertThat(compressing.put(request(1))).isNotNull();
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(5, TimeUnit.SECONDS);
    }
    othersAreServed();
  }

  private static PutRequest request(int bytes) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8("k"))
        .setValue(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  @Test
  void manyCompressedBombsAtOnceStayBounded() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(new byte[32 << 20]);
    }
    try (Http2Attack attack = new Http2Attack(connect(port))) {
      for (int i = 0; i < 50; i++) {
        attack.openCall(2 * i + 1);
        attack.message(2 * i + 1, packed.toByteArray());
      }
      othersAreServed();
    }
  }
}
