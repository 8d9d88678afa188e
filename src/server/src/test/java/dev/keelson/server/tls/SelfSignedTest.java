package dev.keelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.member.StartException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfSignedTest {
  private static final Duration YEAR = Duration.ofDays(365);

  @TempDir Path parent;

  private Path folder() {
    return parent.resolve("fixtures").resolve("client");
  }

  private X509Certificate made(int years) throws Exception {
    SelfSigned.ensure(folder(), List.of("localhost", "127.0.0.1", "::1"), years);
    return Pem.keyPair(
            Files.readAllBytes(SelfSigned.certificate(folder())),
            Files.readAllBytes(SelfSigned.key(folder())))
        .leaf();
  }

  @Test
  void isForItsHostsAndForAsLongAsAsked() throws Exception {
    X509Certificate certificate = made(3);
    SubjectNames names = SubjectNames.of(certificate);
    for (String host : List.of("localhost", "127.0.0.1", "[::1]")) {
      names.requireHost(host);
    }
    assertThat(certificate.getNotAfter().toInstant())
        .isBetween(
            Instant.now().plus(YEAR.multipliedBy(3)).minusSeconds(600),
            Instant.now().plus(YEAR.multipliedBy(3)));
    assertThat(certificate.getPublicKey().getAlgorithm()).isEqualTo("EC");
    certificate.verify(certificate.getPublicKey());
  }

  @Test
  void nobodyElseReadsTheKey() throws Exception {
    made(1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
        .isEqualTo("rwx------");
    for (Path file : List.of(SelfSigned.certificate(folder()), SelfSigned.key(folder()))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void isKeptUntilItIsOfNoUse() throws Exception {
    X509Certificate first = made(1);
    assertThat(made(1)).isEqualTo(first);
    Files.writeString(SelfSigned.certificate(folder()), "", StandardCharsets.US_ASCII);
    X509Certificate second = made(1);
    assertThat(second).as("after a crash between the two files").isNotEqualTo(first);
    TestAuthority.selfSigned(
            TestAuthority.request().valid(Duration.ofDays(-2), Duration.ofDays(-1)))
        .write(folder(), "expired");
    Files.copy(
        folder().resolve("expired.pem"),
        SelfSigned.certificate(folder()),
        StandardCopyOption.REPLACE_EXISTING);
    Files.copy(
        folder().resolve("expired.key"),
        SelfSigned.key(folder()),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(made(1).getNotAfter().toInstant()).as("once expired").isAfter(Instant.now());
  }

  @Test
  void mustBeValidAtAll() {
    assertThatThrownBy(() -> SelfSigned.ensure(folder(), List.of("localhost"), 0))
        .isInstanceOf(StartException.class)
        .hasMessage("selfSignedCertValidity is invalid,it should be greater than 0");
    assertThat(folder()).doesNotExist();
  }
}
