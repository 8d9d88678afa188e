package dev.keelson.server.tls;

import static dev.keelson.server.tls.TestAuthority.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.tls.TestAuthority.Issued;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates, authorities and revocation lists change under a running port. */
class TlsReloadTest {

  private static final int ROTATIONS = 6;
  private static final int CLIENTS = 3;

  @TempDir Path folder;

  private TestAuthority ca;
  private Issued own;
  private TlsPort port;

  @BeforeEach
  void open() {
    ca = TestAuthority.create("ca").write(folder, "ca");
    own = ca.issue(request().commonName("client"));
    ca.issue(request().commonName("server-0")).write(folder, "server");
    TestAuthority.put(folder.resolve("crl.pem"), ca.revocationList(BigInteger.ONE));
    port =
        TlsPort.open(
            TlsContexts::clientServer,
            "--listen-client-urls=https://127.0.0.1:1",
            "--advertise-client-urls=https://127.0.0.1:1",
            "--cert-file=" + folder.resolve("server.pem"),
            "--key-file=" + folder.resolve("server.key"),
            "--trusted-ca-file=" + folder.resolve("ca.pem"),
            "--client-crl-file=" + folder.resolve("crl.pem"),
            "--client-cert-auth");
  }

  @AfterEach
  void close() {
    port.close();
  }

  private String served(SSLContext client) throws IOException {
    return served(port, client);
  }

  private static String served(TlsPort by, SSLContext client) throws IOException {
    try (SSLSocket socket = by.connect(client)) {
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return shown.getSubjectX500Principal().getName();
    }
  }

  @Test
  void noConnectionFailsWhileThePairIsReplacedAgainAndAgain() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger connections = new AtomicInteger();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> clients =
        IntStream.range(0, CLIENTS)
            .mapToObj(
                i ->
                    Thread.ofPlatform()
                        .start(
                            () -> {
                              SSLContext client = ca.client(own);
                              while (!over.get()) {
                                try {
                                  served(client);
                                  connections.incrementAndGet();
                                } catch (IOException | RuntimeException e) {
                                  failures.add(e);
                                }
                              }
                            }))
            .toList();
    for (int i = 1; i <= ROTATIONS; i++) {
      Issued next =
          ca.issue(request().commonName("server-" + i).algorithm(i % 3 == 0 ? "RSA" : "EC"));
      replaceInTheWorstWay(next, connections);
    }
    over.set(true);
    for (Thread client : clients) {
      client.join();
    }
    assertThat(failures).isEmpty();
    assertThat(connections.get()).isGreaterThan(ROTATIONS);
    assertThat(served(ca.client(own))).isEqualTo("CN=server-" + ROTATIONS);
  }

  /** Truncated, half-written, mismatched, gone, and only then whole; each seen by a handshake. */
  private void replaceInTheWorstWay(Issued next, AtomicInteger connections) throws Exception {
    Path certificate = folder.resolve("server.pem");
    Path key = folder.resolve("server.key");
    String newCertificate = TestAuthority.pem(next.certificate());
    Files.writeString(certificate, "");
    awaitMore(connections);
    Files.writeString(certificate, newCertificate.substring(0, newCertificate.length() / 2));
    awaitMore(connections);
    Files.writeString(certificate, newCertificate);
    awaitMore(connections);
    Files.delete(key);
    awaitMore(connections);
    Files.writeString(key, TestAuthority.pem(next.key()));
    awaitMore(connections);
  }

  private static void awaitMore(AtomicInteger connections) {
    int before = connections.get();
    while (connections.get() < before + 1) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aPairThatDoesNotFitLeavesTheFormerOneInForce() throws Exception {
    ca.issue(request().commonName("server-1")).write(folder, "other");
    Files.copy(
        folder.resolve("other.pem"),
        folder.resolve("server.pem"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(served(ca.client(own))).isEqualTo("CN=server-0");
    Files.copy(
        folder.resolve("other.key"),
        folder.resolve("server.key"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(served(ca.client(own))).isEqualTo("CN=server-1");
  }

  @Test
  void linksThatAreSwappedAreFollowed() throws Exception {
    Path old = Files.createDirectory(folder.resolve("v1"));
    Path fresh = Files.createDirectory(folder.resolve("v2"));
    ca.issue(request().commonName("one")).write(old, "tls");
    ca.issue(request().commonName("two")).write(fresh, "tls");
    Path data = Files.createSymbolicLink(folder.resolve("data"), old);
    try (TlsPort linked =
        TlsPort.open(
            TlsContexts::clientServer,
            "--listen-client-urls=https://127.0.0.1:1",
            "--advertise-client-urls=https://127.0.0.1:1",
            "--cert-file=" + data.resolve("tls.pem"),
            "--key-file=" + data.resolve("tls.key"))) {
      assertThat(served(linked, ca.client(null))).isEqualTo("CN=one");
      Path draft = Files.createSymbolicLink(folder.resolve("draft"), fresh);
      Files.move(draft, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      assertThat(served(linked, ca.client(null))).isEqualTo("CN=two");
    }
  }

  @Test
  void authoritiesOverlapWhileTheBundleHoldsBoth() throws Exception {
    TestAuthority next = TestAuthority.create("next");
    Issued fromNext = next.issue(request().commonName("client of next"));
    Path bundle = folder.resolve("ca.pem");
    assertThatThrownBy(() -> served(ca.client(fromNext))).isInstanceOf(IOException.class);
    TestAuthority.put(bundle, TestAuthority.pem(ca.certificate(), next.certificate()));
    assertThat(served(ca.client(own))).isNotEmpty();
    assertThat(served(ca.client(fromNext))).isNotEmpty();
    TestAuthority.put(bundle, TestAuthority.pem(next.certificate()));
    assertThatThrownBy(() -> served(ca.client(own))).isInstanceOf(IOException.class);
    assertThat(served(ca.client(fromNext))).isNotEmpty();
  }

  /** A resumed session would skip the check of the list. */
  @Test
  void revocationActsOnClientsThatConnectedBefore() throws Exception {
    SSLContext client = ca.client(own);
    for (int i = 0; i < 3; i++) {
      served(client);
    }
    TestAuthority.put(folder.resolve("crl.pem"), ca.revocationList(own.serial()));
    assertThatThrownBy(() -> served(client)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> port.connect(client, "TLSv1.2")).isInstanceOf(IOException.class);
    TestAuthority.put(folder.resolve("crl.pem"), ca.revocationList());
    assertThat(served(client)).isNotEmpty();
  }

  @Test
  void revocationActsOnTls12ClientsThatConnectedBefore() throws Exception {
    SSLContext client = ca.client(own);
    for (int i = 0; i < 3; i++) {
      port.connect(client, "TLSv1.2").close();
    }
    TestAuthority.put(folder.resolve("crl.pem"), ca.revocationList(own.serial()));
    assertThatThrownBy(() -> port.connect(client, "TLSv1.2")).isInstanceOf(IOException.class);
  }
}
