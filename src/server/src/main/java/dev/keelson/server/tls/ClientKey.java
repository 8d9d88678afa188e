package dev.keelson.server.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * What a command shows of itself to a server: a certificate and a key in any of the forms that etcd
 * takes, PKCS#1 and SEC 1 included.
 */
public final class ClientKey {
  private ClientKey() {}

  /**
   * Reads both files once.
   *
   * @throws GeneralSecurityException if they hold no key pair
   */
  public static KeyManager[] read(Path certificate, Path key)
      throws IOException, GeneralSecurityException {
    CertifiedKey pair = Pem.keyPair(Files.readAllBytes(certificate), Files.readAllBytes(key));
    char[] unprotected = {};
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "client", pair.key(), unprotected, pair.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, unprotected);
    return factory.getKeyManagers();
  }
}
