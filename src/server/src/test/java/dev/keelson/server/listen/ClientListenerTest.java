package dev.keelson.server.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.server.config.Url;
import dev.keelson.server.member.StartException;
import dev.keelson.server.metrics.CallMetrics;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ClientListenerTest {

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final Duration PATIENCE = Duration.ofMillis(400);

  private final HealthStatusManager health = new HealthStatusManager();
  private FakeBackend backend;
  private ClientListener listener;
  private int port;

  @BeforeEach
  void start() throws IOException {
    backend = new FakeBackend();
    listener = listener(Url.parse("http://127.0.0.1:0"));
    listener.start();
    port = ((InetSocketAddress) listener.addresses().getFirst()).getPort();
  }

  private ClientListener listener(Url... urls) {
    ListenSettings settings =
        new ListenSettings(
            List.of(urls),
            List.of(),
            2 << 20,
            4_294_967_295L,
            Duration.ofSeconds(5),
            Duration.ofHours(2),
            Duration.ofSeconds(20),
            PATIENCE,
            1,
            false);
    return new ClientListener(
        settings,
        List.of(health.getHealthService().bindService()),
        new CallMetrics(List.of(), false),
        backend.backend(),
        new Newcomers(),
        null);
  }

  @AfterEach
  void stop() throws IOException {
    listener.stop(Duration.ofSeconds(1));
    backend.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  private static void expectAnswer(Socket socket, String path) throws IOException {
    String expected = "HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path;
    byte[] answer = socket.getInputStream().readNBytes(expected.length());
    assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo(expected);
  }

  private static void expectClosed(Socket socket) throws IOException {
    try {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset"); // closed with our bytes unread
    }
  }

  @Test
  void grpcAndHttpShareThePort() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try (Socket http = connect()) {
      send(http, get("/version"));
      expectAnswer(http, "/version");
      assertThat(
              HealthGrpc.newBlockingStub(channel)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
      send(http, get("/again"));
      expectAnswer(http, "/again");
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void keepAliveConnectionServesManyRequestsAndPipelinedOnesInOrder() throws IOException {
    try (Socket http = connect()) {
      for (int i = 0; i < 20; i++) {
        send(http, get("/one/" + i));
        expectAnswer(http, "/one/" + i);
      }
      send(http, get("/a") + get("/b") + get("/c"));
      expectAnswer(http, "/a");
      expectAnswer(http, "/b");
      expectAnswer(http, "/c");
    }
    assertThat(backend.seen).hasSize(23);
    assertThat(backend.seen).allMatch(relayed -> relayed.surface() == Surface.CLIENT);
  }

  @Test
  void backendSeesTheRealClientWhileConnectedOnly() throws Exception {
    InetSocketAddress own;
    try (Socket http = connect()) {
      own = (InetSocketAddress) http.getLocalSocketAddress();
      send(http, get("/x"));
      expectAnswer(http, "/x");
    }
    assertThat(((InetSocketAddress) backend.seen.getFirst().client()).getPort())
        .isEqualTo(own.getPort());
    assertThat(backend.firstConnectionClosed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void closeByTheBackendReachesTheClientAfterTheAnswer() throws IOException {
    try (Socket http = connect()) {
      send(http, get("/bye"));
      expectAnswer(http, "/bye");
      expectClosed(http);
    }
  }

  @Test
  void requestMayArriveByteByByte() throws IOException {
    try (Socket http = connect()) {
      for (byte b : get("/slow").getBytes(StandardCharsets.US_ASCII)) {
        http.getOutputStream().write(b);
      }
      expectAnswer(http, "/slow");
    }
  }

  @Test
  void prefaceMayArriveByteByByte() throws IOException {
    try (Socket h2 = connect()) {
      for (byte b : PREFACE.getBytes(StandardCharsets.US_ASCII)) {
        h2.getOutputStream().write(b);
      }
      h2.getOutputStream().write(frame(4, 0)); // SETTINGS
      byte[] header = h2.getInputStream().readNBytes(9);
      assertThat(header[3]).as("the server's first frame is SETTINGS").isEqualTo((byte) 4);
    }
  }

  @Test
  void garbageIsClosedAtOnce() throws IOException {
    for (String garbage : List.of("\u0016\u0003\u0001\u0002", "hello\r\n", "PRI * HTTP/1.1\r\n")) {
      try (Socket socket = connect()) {
        send(socket, garbage);
        expectClosed(socket);
      }
    }
  }

  @Test
  void silentAndHalfSaidConnectionsAreClosedInTime() throws IOException {
    try (Socket silent = connect();
        Socket half = connect()) {
      send(half, "PRI * HT");
      expectClosed(silent);
      expectClosed(half);
    }
  }

  @Test
  void relayedConnectionOutlivesTheDeadlineOfTheFirstBytes() throws Exception {
    try (Socket http = connect();
        Socket silent = connect()) {
      send(http, get("/before"));
      expectAnswer(http, "/before");
      expectClosed(silent); // opened later, so the deadline of the first has passed as well
      send(http, get("/after"));
      expectAnswer(http, "/after");
    }
  }

  @Test
  void slowReaderHoldsTheBackendBackInsteadOfFillingMemory() throws Exception {
    try (Socket http = connect()) {
      send(http, get("/flood"));
      InputStream in = http.getInputStream();
      assertThat(in.readNBytes(1)).hasSize(1);
      long stalledAt = awaitStall();
      // What was written but not read sits in four socket buffers and the relay's watermarks.
      assertThat(stalledAt).isLessThan(FakeBackend.FLOOD_BYTES / 2);
      assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()).isLessThan(48L << 20);
      in.skipNBytes(FakeBackend.FLOOD_BYTES - 1);
      assertThat(backend.flooded).hasValue(FakeBackend.FLOOD_BYTES);
    }
  }

  /** Waits until the backend has written all, or nothing more for a while. */
  private long awaitStall() throws InterruptedException {
    long before = -1;
    int unchanged = 0;
    while (unchanged < 20 && before < FakeBackend.FLOOD_BYTES) {
      Thread.sleep(25); // no event marks that a write blocks
      long now = backend.flooded.get();
      unchanged = now == before ? unchanged + 1 : 0;
      before = now;
    }
    return before;
  }

  @Test
  void tooManyPingsAreAnsweredWithGoAway() throws IOException {
    try (Socket h2 = connect()) {
      OutputStream out = h2.getOutputStream();
      send(h2, PREFACE);
      out.write(frame(4, 0));
      for (int i = 0; i < 5; i++) {
        out.write(frame(6, 8)); // PING
      }
      String all = new String(h2.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(all).contains("too_many_pings");
    }
  }

  /** etcd's own client sends authorities that are no host names at all. */
  @Test
  void anyAuthorityIsAccepted() throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(0x83); // :method: POST, from the static table
    block.write(0x86); // :scheme: http
    literal(block, 4, "/grpc.health.v1.Health/Check");
    literal(block, 1, "#initially=[http://not-this-host:1]");
    block.write(0); // a field whose name is no entry of the table
    string(block, "te");
    string(block, "trailers");
    block.write(0);
    string(block, "content-type");
    string(block, "application/grpc");
    byte[] headers = frame(1, block.size());
    headers[4] = 4; // END_HEADERS
    headers[8] = 1; // the first stream
    System.arraycopy(block.toByteArray(), 0, headers, 9, block.size());
    byte[] emptyMessage = frame(0, 5);
    emptyMessage[4] = 1; // END_STREAM
    emptyMessage[8] = 1;
    try (Socket h2 = connect()) {
      send(h2, PREFACE);
      h2.getOutputStream().write(frame(4, 0));
      h2.getOutputStream().write(headers);
      h2.getOutputStream().write(emptyMessage);
      // a message of two bytes: field 1 is SERVING
      assertThat(payload(h2, 0)).containsExactly(0, 0, 0, 0, 2, 8, 1);
    }
  }

  private static void literal(ByteArrayOutputStream block, int nameIndex, String value) {
    block.write(nameIndex);
    string(block, value);
  }

  private static void string(ByteArrayOutputStream block, String text) {
    block.write(text.length());
    block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** The payload of the next frame of the type; others are passed over. */
  private static byte[] payload(Socket h2, int type) throws IOException {
    DataInputStream in = new DataInputStream(h2.getInputStream());
    while (true) {
      int lengthAndType = in.readInt();
      in.skipNBytes(5); // flags and stream
      byte[] payload = in.readNBytes(lengthAndType >>> 8);
      if ((lengthAndType & 0xff) == type) {
        return payload;
      }
    }
  }

  @Test
  void streamsAreAsGoodAsUnlimited() throws IOException {
    try (Socket h2 = connect()) {
      send(h2, PREFACE);
      h2.getOutputStream().write(frame(4, 0));
      ByteBuffer settings = ByteBuffer.wrap(payload(h2, 4));
      long streams = 0xffff_ffffL; // what the absence of the setting means
      while (settings.hasRemaining()) {
        short id = settings.getShort();
        long value = Integer.toUnsignedLong(settings.getInt());
        streams = id == 3 ? value : streams;
      }
      assertThat(streams).isGreaterThanOrEqualTo(Integer.MAX_VALUE);
    }
  }

  private static byte[] frame(int type, int length) {
    byte[] frame = new byte[9 + length];
    frame[2] = (byte) length;
    frame[3] = (byte) type;
    return frame;
  }

  @Test
  void unknownMethodIsUnimplemented() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      assertThatThrownBy(
              () -> KVGrpc.newBlockingStub(channel).range(RangeRequest.getDefaultInstance()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void takenAddressIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Url url = Url.parse("http://127.0.0.1:" + taken.getLocalPort());
      ClientListener second = listener(Url.parse("http://127.0.0.1:0"), url);
      assertThatThrownBy(second::start)
          .isInstanceOf(StartException.class)
          .hasMessageStartingWith("cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("--listen-client-urls");
      second.stop(Duration.ZERO);
    }
  }

  @Test
  void everyUrlIsServed() throws IOException {
    ClientListener two = listener(Url.parse("http://127.0.0.1:0"), Url.parse("http://[::1]:0"));
    two.start();
    try {
      assertThat(two.addresses()).hasSize(2);
    } finally {
      two.stop(Duration.ofSeconds(1));
    }
  }

  @Test
  void metricsListenerSpeaksHttpOnly() throws IOException {
    HttpListener metrics =
        new HttpListener(
            new HttpListener.Settings(
                List.of(Url.parse("http://127.0.0.1:0")),
                "listen-metrics-urls",
                Surface.METRICS,
                false),
            backend.backend(),
            new Newcomers(),
            PATIENCE,
            null);
    metrics.start();
    int metricsPort = ((InetSocketAddress) metrics.addresses().getFirst()).getPort();
    try (Socket http = new Socket(InetAddress.getLoopbackAddress(), metricsPort);
        Socket h2 = new Socket(InetAddress.getLoopbackAddress(), metricsPort)) {
      send(http, get("/metrics"));
      expectAnswer(http, "/metrics");
      send(h2, PREFACE);
      expectClosed(h2);
      assertThat(backend.seen).allMatch(relayed -> relayed.surface() == Surface.METRICS);
    } finally {
      metrics.stop();
    }
  }
}
