package dev.keelson.operator.member;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What one can connect with. */
final class MemberConnectionsTest {
  @Test
  void textsThatAreNoCertificatesAreRefusedWithTheReason() {
    assertThatThrownBy(() -> MemberConnections.require(new ClientTls("nothing", "of", "use")))
        .isInstanceOf(UnusableCertificates.class)
        .hasMessageContaining("valid certificates");
  }
}
