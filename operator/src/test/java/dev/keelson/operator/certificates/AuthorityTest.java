package dev.keelson.operator.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * At every moment of a rotation, whoever holds old or new files trusts whoever holds the others.
 */
final class AuthorityTest {
  private static final Duration OVERLAP = Duration.ofHours(1);
  private static final Duration EARLY = Duration.ofDays(30);
  private static final LeafRequest SERVER =
      new LeafRequest("db", List.of("db", "*.db-peers.ns.svc"), List.of("127.0.0.1"));

  private final Issuer issuer = new Issuer();
  private final Instant start = Instant.parse("2026-11-22T00:00:00Z");

  private Authority first() {
    return Authority.create(issuer, "ns/db", 1, start);
  }

  private static boolean trusted(String bundle, KeyAndCertificate leaf)
      throws GeneralSecurityException {
    Collection<? extends Certificate> authorities =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(bundle.getBytes(StandardCharsets.US_ASCII)));
    X509Certificate certificate = Pem.certificate(leaf.certificate());
    for (Certificate authority : authorities) {
      try {
        certificate.verify(authority.getPublicKey());
        return true;
      } catch (GeneralSecurityException other) {
        // signed by another one
      }
    }
    return false;
  }

  @Test
  void aLeafHoldsItsNamesAndIsKeptWhileItIsGood() throws GeneralSecurityException {
    Authority authority = first();
    KeyAndCertificate leaf = authority.leaf(issuer, null, SERVER, EARLY, start);
    assertThat(Pem.certificate(leaf.certificate()).getSubjectAlternativeNames()).hasSize(3);
    assertThat(trusted(authority.bundle(), leaf)).isTrue();
    Instant late = start.plus(Issuer.LEAF_LIFE).minus(EARLY);
    assertThat(authority.leaf(issuer, leaf, SERVER, EARLY, late.minusSeconds(1))).isEqualTo(leaf);
    assertThat(authority.leaf(issuer, leaf, SERVER, EARLY, late)).isNotEqualTo(leaf);
  }

  @Test
  void aLeafIsMadeAnewForAnotherNameOrAnotherAuthority() throws GeneralSecurityException {
    Authority authority = first();
    KeyAndCertificate leaf = authority.leaf(issuer, null, SERVER, EARLY, start);
    LeafRequest more = new LeafRequest("db", List.of("db", "other"), List.of());
    assertThat(authority.leaf(issuer, leaf, more, EARLY, start)).isNotEqualTo(leaf);
    assertThat(first().leaf(issuer, leaf, SERVER, EARLY, start)).isNotEqualTo(leaf);
    KeyAndCertificate torn = new KeyAndCertificate("nonsense", "nonsense");
    assertThat(authority.leaf(issuer, torn, SERVER, EARLY, start)).isNotEqualTo(torn);
  }

  @Test
  void aRenewalEarlierThanHalfOfALifeIsNotHeeded() throws GeneralSecurityException {
    Authority authority = first();
    KeyAndCertificate leaf = authority.leaf(issuer, null, SERVER, EARLY, start);
    assertThat(authority.leaf(issuer, leaf, SERVER, Duration.ofDays(1_000), start)).isEqualTo(leaf);
  }

  @Test
  void aReplacementTrustsTheNewOneBeforeItSignsAndTheOldOneAfter() throws GeneralSecurityException {
    Authority one = first();
    KeyAndCertificate old = one.leaf(issuer, null, SERVER, EARLY, start);

    Authority two = one.advance(issuer, "ns/db", 2, OVERLAP, start);
    assertThat(one.due(OVERLAP)).isNull();
    assertThat(two.due(OVERLAP)).isEqualTo(start.plus(OVERLAP));
    assertThat(two.leaf(issuer, old, SERVER, EARLY, start)).isEqualTo(old);
    assertThat(two.advance(issuer, "ns/db", 2, OVERLAP, start.plus(OVERLAP).minusSeconds(1)))
        .isEqualTo(two);

    Instant later = start.plus(OVERLAP);
    Authority three = two.advance(issuer, "ns/db", 2, OVERLAP, later);
    KeyAndCertificate young = three.leaf(issuer, old, SERVER, EARLY, later);
    assertThat(young).isNotEqualTo(old);
    assertThat(three.due(OVERLAP)).isEqualTo(later.plus(OVERLAP));
    for (Authority holder : List.of(two, three)) {
      assertThat(trusted(holder.bundle(), old)).isTrue();
      assertThat(trusted(holder.bundle(), young)).isTrue();
    }

    Authority four = three.advance(issuer, "ns/db", 2, OVERLAP, later.plus(OVERLAP));
    assertThat(trusted(four.bundle(), young)).isTrue();
    assertThat(trusted(four.bundle(), old)).isFalse();
    assertThat(four.due(OVERLAP)).isNull();
    assertThat(four.generation()).isEqualTo(2);
    assertThat(four.advance(issuer, "ns/db", 2, OVERLAP, later.plus(OVERLAP.multipliedBy(9))))
        .isEqualTo(four);
  }

  @Test
  void anAuthorityThatEndsIsReplacedInTime() throws GeneralSecurityException {
    Authority one = first();
    Instant end = start.plus(Issuer.AUTHORITY_LIFE);
    assertThat(one.advance(issuer, "ns/db", 1, OVERLAP, end.minus(Duration.ofDays(200))))
        .isEqualTo(one);
    Authority two = one.advance(issuer, "ns/db", 1, OVERLAP, end.minus(Duration.ofDays(90)));
    assertThat(two.next()).isNotNull();
  }
}
