package dev.keelson.server.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.security.GeneralSecurityException;

/** A damaged file is refused; it neither hangs nor takes the process along. */
class PemFuzzTest {

  @FuzzTest(maxDuration = "1m")
  void certificatesAndKeys(byte[] content) throws IOException {
    try {
      Pem.keyPair(content, content);
    } catch (GeneralSecurityException | IOException | IllegalArgumentException refused) {
      // the reloading keeps what it had
    }
  }

  @FuzzTest(maxDuration = "1m")
  void revocationLists(byte[] content) {
    try {
      Pem.revokedSerials(content);
    } catch (GeneralSecurityException refused) {
      // as above
    }
  }
}
