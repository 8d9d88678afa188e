package dev.keelson.server.tls;

import dev.keelson.server.member.StartException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From {@code --cipher-suites}, under Go's names, to the JDK's. */
final class CipherSuites {

  private static final Logger log = LoggerFactory.getLogger(CipherSuites.class);

  /** Go's short names; all its others are IANA's, as the JDK's are. */
  private static final Map<String, String> SHORT_NAMES =
      Map.of(
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");

  /** Suites that Go knows and the JDK refuses: no forward secrecy, RC4 or 3DES. */
  private static final Set<String> TOO_WEAK =
      Set.of(
          "TLS_RSA_WITH_RC4_128_SHA",
          "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
          "TLS_RSA_WITH_AES_128_CBC_SHA",
          "TLS_RSA_WITH_AES_256_CBC_SHA",
          "TLS_RSA_WITH_AES_128_CBC_SHA256",
          "TLS_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
          "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
          "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA");

  private static final Set<String> OF_TLS13 =
      Set.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  private CipherSuites() {}

  /**
   * The suites to enable. Those of TLS 1.3 are always among them, as in Go, where they cannot be
   * chosen.
   *
   * @param names Go's names; not empty
   * @throws StartException for a name that is no suite, or when the JDK has none of them
   */
  static List<String> enabled(List<String> names) {
    Set<String> supported = supported();
    Set<String> enabled = new LinkedHashSet<>();
    for (String name : names) {
      String suite = SHORT_NAMES.getOrDefault(name, name);
      if (supported.contains(suite) && !TOO_WEAK.contains(suite)) {
        enabled.add(suite);
      } else if (TOO_WEAK.contains(suite)) {
        log.atWarn().addKeyValue("cipher-suite", name).log("cipher suite is too weak; not offered");
      } else {
        throw new StartException("unexpected TLS cipher suite \"%s\"".formatted(name), Map.of());
      }
    }
    if (enabled.isEmpty()) {
      throw new StartException(
          "none of --cipher-suites is offered here", Map.of("cipher-suites", names));
    }
    OF_TLS13.stream().filter(supported::contains).sorted().forEach(enabled::add);
    return new ArrayList<>(enabled);
  }

  private static Set<String> supported() {
    try {
      return Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK has no TLS", e);
    }
  }
}
