package dev.keelson.node.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Names in certificates. */
class IdentitiesTest {
  @Test
  void theLastCommonNameOfTheSubjectIsTheUser() {
    assertThat(Identities.commonName(Certificates.named())).isEqualTo("certified");
  }

  @Test
  void aSubjectWithoutCommonNameNamesNobody() {
    assertThat(Identities.commonName(Certificates.nameless())).isEmpty();
  }
}
