package dev.keelson.server.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key and what certifies its public half.
 *
 * @param key fits the first certificate
 * @param chain the certificate, then those that signed it, as far as the file has them
 */
record CertifiedKey(PrivateKey key, List<X509Certificate> chain) {

  CertifiedKey {
    chain = List.copyOf(chain);
  }

  X509Certificate leaf() {
    return chain.getFirst();
  }
}
