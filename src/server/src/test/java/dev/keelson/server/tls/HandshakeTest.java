package dev.keelson.server.tls;

import static dev.keelson.server.tls.TestAuthority.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.tls.TestAuthority.Issued;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who gets through the handshake of which port, with which certificate, under which options. */
class HandshakeTest {

  private static final Duration DAY = Duration.ofDays(1);

  @TempDir static Path folder;

  private static TestAuthority ca;
  private static Issued good;

  /**
   * One row.
   *
   * @param port client, metrics or peer
   * @param presented what the client shows; null shows nothing
   * @param protocol the only TLS version the client speaks; empty for its defaults
   * @param refusal part of the server's reason; empty when the client gets in
   * @param flags more options of the server
   */
  record Case(
      String name,
      String port,
      @Nullable Issued presented,
      String protocol,
      String refusal,
      List<String> flags) {

    @Override
    public String toString() {
      return port + ": " + name + (refusal.isEmpty() ? " gets in" : " is refused");
    }
  }

  private static final class Table {
    final List<Case> cases = new ArrayList<>();
    private final String port;

    Table(String port) {
      this.port = port;
    }

    Table in(String name, @Nullable Issued presented, String... flags) {
      cases.add(new Case(name, port, presented, "", "", List.of(flags)));
      return this;
    }

    Table out(String name, @Nullable Issued presented, String refusal, String... flags) {
      cases.add(new Case(name, port, presented, "", refusal, List.of(flags)));
      return this;
    }

    Table version(String name, String protocol, String refusal, String... flags) {
      cases.add(new Case(name, port, good, protocol, refusal, List.of(flags)));
      return this;
    }
  }

  @BeforeAll
  static void authorities() {
    ca = TestAuthority.create("ca").write(folder, "ca");
    good = ca.issue(request().commonName("alice").ip("127.0.0.1"));
    ca.issue(request().commonName("server").ip("127.0.0.1").dns("localhost"))
        .write(folder, "server");
    ca.issue(request().commonName("rsa").ip("127.0.0.1").algorithm("RSA")).write(folder, "rsa");
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  static Stream<Case> cases() {
    TestAuthority stranger = TestAuthority.create("stranger");
    TestAuthority second = TestAuthority.create("second");
    TestAuthority expired =
        TestAuthority.create(
            request().commonName("expired ca").valid(DAY.multipliedBy(-5), DAY.negated()));
    TestAuthority below = ca.intermediate("below");
    Issued revoked = ca.issue(request().commonName("revoked").ip("127.0.0.1"));
    Issued viaIntermediate = below.issue(request().commonName("deep").ip("127.0.0.1"));
    Issued withoutIntermediate =
        new Issued(viaIntermediate.key(), viaIntermediate.chain().subList(0, 1));
    TestAuthority.put(folder.resolve("crl.pem"), ca.revocationList(revoked.serial()));
    TestAuthority.put(
        folder.resolve("both.pem"), TestAuthority.pem(ca.certificate(), second.certificate()));
    TestAuthority.put(folder.resolve("expired-ca.pem"), TestAuthority.pem(expired.certificate()));
    String crl = "--client-crl-file=" + path("crl.pem");
    String both = "--trusted-ca-file=" + path("both.pem");
    Table client =
        new Table("client")
            .in("a certificate of the authority", good)
            .out("no certificate", null, "certificate")
            .out("one of another authority", stranger.issue(request()), "path")
            .out("one it signed itself", TestAuthority.selfSigned(request()), "path")
            .out(
                "an expired one",
                ca.issue(request().valid(DAY.multipliedBy(-3), DAY.negated())),
                "NotAfter")
            .out(
                "one of tomorrow", ca.issue(request().valid(DAY, DAY.multipliedBy(3))), "NotBefore")
            .out(
                "one for servers only",
                ca.issue(request().purposes(KeyPurposeId.id_kp_serverAuth)),
                "Extended key usage")
            .in("one without purposes", ca.issue(request().purposes()))
            .out("a revoked one", revoked, "revoked", crl)
            .in("one that is not on the list", good, crl)
            .in("one through an intermediate", viaIntermediate)
            .out("one whose intermediate is missing", withoutIntermediate, "path")
            .in("one of the first authority of two", good, both)
            .in("one of the second authority of two", second.issue(request()), both)
            .out(
                "one of an expired authority",
                expired.issue(request()),
                "valid now",
                "--trusted-ca-file=" + path("expired-ca.pem"))
            .in(
                "an allowed host",
                ca.issue(request().dns("a.example.com")),
                "--client-cert-allowed-hostname=x.org,a.example.com")
            .in(
                "a wildcard for an allowed host",
                ca.issue(request().dns("*.example.com")),
                "--client-cert-allowed-hostname=a.example.com")
            .out(
                "another host",
                ca.issue(request().dns("b.example.com")),
                "authentication failed",
                "--client-cert-allowed-hostname=a.example.com")
            .out(
                "the host as common name only",
                ca.issue(request().commonName("a.example.com")),
                "authentication failed",
                "--client-cert-allowed-hostname=a.example.com")
            .in("RSA", ca.issue(request().algorithm("RSA")))
            .in("Ed25519", ca.issue(request().algorithm("Ed25519")))
            .version("TLS 1.2", "TLSv1.2", "")
            .version("TLS 1.3", "TLSv1.3", "")
            .version("TLS 1.2 below the minimum", "TLSv1.2", "protocol", "--tls-min-version=TLS1.3")
            .version("TLS 1.3 above the maximum", "TLSv1.3", "protocol", "--tls-max-version=TLS1.2")
            .version(
                "a listed suite",
                "TLSv1.2",
                "",
                "--cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_GCM_SHA256")
            .version(
                "no listed suite",
                "TLSv1.2",
                "cipher suites",
                "--cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
            .version(
                "TLS 1.3, whose suites cannot be chosen",
                "TLSv1.3",
                "",
                "--cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
            .in(
                "a server with an RSA key",
                good,
                "--cert-file=" + path("rsa.pem"),
                "--key-file=" + path("rsa.key"))
            .in("nothing where no authority is set", null, "--trusted-ca-file=")
            .in("a certificate nobody asked for", stranger.issue(request()), "--trusted-ca-file=");
    Table metrics =
        new Table("metrics")
            .in("a certificate of the authority", good)
            .out("no certificate", null, "certificate")
            .out("one of another authority", stranger.issue(request()), "path")
            .out(
                "an expired one",
                ca.issue(request().valid(DAY.multipliedBy(-3), DAY.negated())),
                "NotAfter")
            .in("another address in the certificate", ca.issue(request().ip("192.0.2.7")))
            .out(
                "one of an expired authority",
                expired.issue(request()),
                "valid now",
                "--trusted-ca-file=" + path("expired-ca.pem"))
            .out("a revoked one", revoked, "revoked", crl);
    String peerCrl = "--peer-crl-file=" + path("crl.pem");
    String skip = "--peer-skip-client-san-verification";
    Issued unresolvable = ca.issue(request().dns("peer.invalid"));
    Table peer =
        new Table("peer")
            .in("its address in the certificate", good)
            .out("no certificate", null, "certificate")
            .out("one of another authority", stranger.issue(request().ip("127.0.0.1")), "path")
            .out(
                "an expired one",
                ca.issue(request().ip("127.0.0.1").valid(DAY.multipliedBy(-3), DAY.negated())),
                "NotAfter")
            .out("a revoked one", revoked, "revoked", peerCrl)
            .out(
                "another address in the certificate",
                ca.issue(request().ip("192.0.2.7")),
                "x509: certificate is valid for 192.0.2.7, not 127.0.0.1")
            .in("another address, not looked at", ca.issue(request().ip("192.0.2.7")), skip)
            .in("a name that does not resolve, not asked", unresolvable, skip)
            .in("a name that resolves to its address", ca.issue(request().dns("localhost")))
            .out("a name that does not", unresolvable, "does not match any of DNSNames")
            .in("no names at all", ca.issue(request()))
            .in("an allowed common name", good, "--peer-cert-allowed-cn=bob,alice")
            .out("another common name", good, "authentication failed", "--peer-cert-allowed-cn=bob")
            .in(
                "an allowed host",
                ca.issue(request().dns("localhost")),
                "--peer-cert-allowed-hostname=localhost")
            .out(
                "another host",
                good,
                "authentication failed",
                "--peer-cert-allowed-hostname=localhost");
    return Stream.of(client, metrics, peer).flatMap(table -> table.cases.stream());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void handshake(Case row) throws Exception {
    try (TlsPort port = TlsPort.open(context(row.port()), flags(row))) {
      SSLContext client = ca.client(row.presented());
      String[] protocols = row.protocol().isEmpty() ? new String[0] : new String[] {row.protocol()};
      if (row.refusal().isEmpty()) {
        try (SSLSocket connected = port.connect(client, protocols)) {
          assertThat(connected.getSession().getPeerPrincipal()).isNotNull();
        }
      } else {
        assertThatThrownBy(() -> port.connect(client, protocols)).isInstanceOf(IOException.class);
        assertThat(port.refusals).hasSize(1);
        assertThat(reasons(port.refusals.getFirst())).contains(row.refusal());
      }
    }
  }

  private static String reasons(Throwable failure) {
    StringBuilder all = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      all.append(cause.getMessage()).append('\n');
    }
    return all.toString();
  }

  private static Function<TlsContexts, @Nullable SslContext> context(String port) {
    return switch (port) {
      case "client" -> TlsContexts::clientServer;
      case "metrics" -> TlsContexts::metricsServer;
      default -> TlsContexts::peerServer;
    };
  }

  /** Options given by a row come last and win. */
  private static String[] flags(Case row) {
    String prefix = row.port().equals("peer") ? "--peer-" : "--";
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--listen-client-urls=https://127.0.0.1:1",
                "--advertise-client-urls=https://127.0.0.1:1",
                "--listen-metrics-urls=https://127.0.0.1:3",
                "--cert-file=" + path("server.pem"),
                "--key-file=" + path("server.key"),
                prefix + "cert-file=" + path("server.pem"),
                prefix + "key-file=" + path("server.key"),
                prefix + "trusted-ca-file=" + path("ca.pem"),
                prefix + "client-cert-auth=" + !row.flags().contains("--trusted-ca-file=")));
    flags.addAll(row.flags());
    return flags.toArray(String[]::new);
  }

  @Test
  void thereAreEnoughRows() {
    assertThat(cases().count()).isGreaterThanOrEqualTo(24);
    assertThat(Files.exists(folder.resolve("crl.pem"))).isTrue();
  }
}
