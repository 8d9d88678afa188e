package dev.keelson.server.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.config.CommandLine;
import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ConfigurationLoader;
import dev.keelson.server.metrics.CallMetrics;
import dev.keelson.server.tls.TestAuthority;
import dev.keelson.server.tls.TestAuthority.Issued;
import dev.keelson.server.tls.TlsContexts;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client port with TLS, beside plaintext, on unix sockets, and with HTTP apart. */
class TlsListenerTest {

  @TempDir Path folder;

  private final BlockingQueue<String> callers = new ArrayBlockingQueue<>(10);
  private FakeBackend backend;
  private TestAuthority ca;
  private Issued alice;
  private @Nullable ClientListener listener;

  @BeforeEach
  void prepare() throws IOException {
    backend = new FakeBackend();
    ca = TestAuthority.create("ca").write(folder, "ca");
    ca.issue(TestAuthority.request().ip("127.0.0.1").dns("localhost")).write(folder, "server");
    alice = ca.issue(TestAuthority.request().commonName("alice")).write(folder, "alice");
  }

  @AfterEach
  void stop() throws IOException {
    if (listener != null) {
      listener.stop(Duration.ofSeconds(1));
    }
    backend.close();
  }

  /** Starts a listener and tells the port of its first address. */
  private int start(String urls, String... flags) {
    String[] all = new String[flags.length + 5];
    all[0] = "--listen-client-urls=" + urls;
    all[1] = "--advertise-client-urls=http://localhost:1";
    all[2] = "--cert-file=" + folder.resolve("server.pem");
    all[3] = "--key-file=" + folder.resolve("server.key");
    all[4] = "--trusted-ca-file=" + folder.resolve("ca.pem");
    System.arraycopy(flags, 0, all, 5, flags.length);
    Configuration configuration = ConfigurationLoader.load(CommandLine.parse(all), Map.of());
    TlsContexts tls = new TlsContexts(configuration);
    tls.load();
    ClientListener started =
        new ClientListener(
            ListenSettings.of(configuration),
            List.of(
                ServerInterceptors.intercept(
                    new HealthStatusManager().getHealthService().bindService(), new Names())),
            new CallMetrics(List.of(), false),
            backend.backend(),
            new Newcomers(),
            channel -> tls.accepting(Objects.requireNonNull(tls.clientServer()), channel));
    started.start();
    listener = started;
    return started.addresses().getFirst() instanceof InetSocketAddress inet ? inet.getPort() : -1;
  }

  /** Notes whose certificate each call comes with. */
  private final class Names implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
      try {
        callers.add(
            session == null
                ? "nobody"
                : ((X509Certificate) session.getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName());
      } catch (IOException e) {
        callers.add(e.toString());
      }
      return next.startCall(call, headers);
    }
  }

  private void expectGrpc(NettyChannelBuilder builder, String caller) throws Exception {
    ManagedChannel channel = builder.build();
    try {
      assertThat(
              HealthGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(20, TimeUnit.SECONDS)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
      assertThat(callers.poll(20, TimeUnit.SECONDS)).isEqualTo(caller);
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private NettyChannelBuilder secure(int port, boolean withCertificate) throws IOException {
    SslContextBuilder context =
        GrpcSslContexts.forClient().trustManager(folder.resolve("ca.pem").toFile());
    if (withCertificate) {
      context.keyManager(
          folder.resolve("alice.pem").toFile(), folder.resolve("alice.key").toFile());
    }
    return NettyChannelBuilder.forAddress("127.0.0.1", port).sslContext(context.build());
  }

  private static NettyChannelBuilder plain(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext();
  }

  private static void expectHttp(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    socket
        .getOutputStream()
        .write("GET /version HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200 OK".length());
    assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
  }

  private SSLSocket https(int port) throws IOException {
    return (SSLSocket)
        ca.client(alice).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
  }

  private static void expectClosed(Socket socket) throws IOException {
    try {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset"); // closed with our bytes unread
    }
  }

  @Test
  void servicesSeeTheCertificateOfTheCaller() throws Exception {
    int port = start("https://127.0.0.1:0");
    expectGrpc(secure(port, true), "CN=alice");
    assertThatThrownBy(() -> expectGrpc(secure(port, false), ""))
        .isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void httpSharesTheEncryptedPortAndIsChosenWhenOffered() throws Exception {
    int port = start("https://127.0.0.1:0");
    try (SSLSocket without = https(port);
        SSLSocket both = https(port);
        SSLSocket onlyH2 = https(port)) {
      expectHttp(without);
      both.setSSLParameters(offering(both, "h2", "http/1.1"));
      expectHttp(both);
      assertThat(both.getApplicationProtocol()).isEqualTo("http/1.1");
      onlyH2.setSSLParameters(offering(onlyH2, "h2"));
      onlyH2.startHandshake();
      assertThat(onlyH2.getApplicationProtocol()).isEqualTo("h2");
    }
    assertThat(backend.seen).hasSize(2).allMatch(RelayedConnections.Relayed::encrypted);
  }

  private static SSLParameters offering(SSLSocket socket, String... protocols) {
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    return parameters;
  }

  @Test
  void plaintextOnAnEncryptedPortIsClosed() throws Exception {
    int port = start("https://127.0.0.1:0");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      expectClosed(socket);
    }
    assertThat(backend.seen).isEmpty();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void anAddressListedTwiceTakesBoth() throws Exception {
    int free = freePort();
    int port = start("http://127.0.0.1:" + free + ",https://127.0.0.1:" + free);
    assertThat(Objects.requireNonNull(listener).addresses()).hasSize(1);
    expectGrpc(secure(port, true), "CN=alice");
    expectGrpc(plain(port), "nobody");
    try (Socket http = new Socket(InetAddress.getLoopbackAddress(), port);
        Socket https = https(port)) {
      expectHttp(http);
      expectHttp(https);
    }
    assertThat(backend.seen)
        .extracting(RelayedConnections.Relayed::encrypted)
        .containsExactly(false, true);
  }

  @Test
  void encryptedAndPlainAddressesStandSideBySide() throws Exception {
    start("https://127.0.0.1:0,http://127.0.0.1:0");
    List<Integer> ports =
        Objects.requireNonNull(listener).addresses().stream()
            .map(address -> ((InetSocketAddress) address).getPort())
            .toList();
    expectGrpc(secure(ports.get(0), true), "CN=alice");
    expectGrpc(plain(ports.get(1)), "nobody");
    assertThatThrownBy(() -> expectGrpc(plain(ports.get(0)), ""))
        .isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void unixSocketsAreServedAndOldOnesReplaced() throws Exception {
    Path path = folder.resolve("s");
    Files.writeString(path, "left behind");
    start("unix://" + path);
    try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.connect(UnixDomainSocketAddress.of(path));
      socket.write(
          ByteBuffer.wrap(
              "GET /version HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate("HTTP/1.1 200 OK".length());
      while (answer.hasRemaining() && socket.read(answer) >= 0) {
        // until the status line is whole
      }
      assertThat(new String(answer.array(), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @Test
  void httpApartLeavesGrpcAlone() throws Exception {
    int port = start("http://127.0.0.1:0", "--listen-client-http-urls=http://127.0.0.1:0");
    expectGrpc(plain(port), "nobody");
    try (Socket http = new Socket(InetAddress.getLoopbackAddress(), port)) {
      http.setSoTimeout(20_000);
      http.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      expectClosed(http);
    }
    assertThat(backend.seen).isEmpty();
  }
}
