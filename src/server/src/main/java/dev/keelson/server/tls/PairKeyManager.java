package dev.keelson.server.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Presents the key pair that the files hold at the moment of the handshake. An alias stands for one
 * content of the files, so that a handshake never mixes the certificate of one with the key of
 * another.
 */
final class PairKeyManager extends X509ExtendedKeyManager {

  /** More contents than can change between choosing an alias and using it. */
  private static final int CONTENTS_KEPT = 8;

  private final Reloading<CertifiedKey> asServer;
  private final Reloading<CertifiedKey> asClient;

  /** Guarded by itself. */
  private final Map<String, CertifiedKey> byAlias =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CertifiedKey> eldest) {
          return size() > CONTENTS_KEPT;
        }
      };

  private long contents;

  PairKeyManager(Reloading<CertifiedKey> asServer, Reloading<CertifiedKey> asClient) {
    this.asServer = asServer;
    this.asClient = asClient;
  }

  private @Nullable String choose(CertifiedKey pair, String... keyTypes) {
    String own = pair.key().getAlgorithm();
    for (String keyType : keyTypes) {
      // "EC_RSA" and the like: a key of the first kind, certified by one of the second
      String kind = keyType.indexOf('_') < 0 ? keyType : keyType.substring(0, keyType.indexOf('_'));
      if (kind.equalsIgnoreCase(own)) {
        return alias(pair);
      }
    }
    return null;
  }

  private String alias(CertifiedKey pair) {
    synchronized (byAlias) {
      for (Map.Entry<String, CertifiedKey> known : byAlias.entrySet()) {
        if (known.getValue().equals(pair)) {
          return known.getKey();
        }
      }
      String alias = "pair-" + ++contents;
      byAlias.put(alias, pair);
      return alias;
    }
  }

  private @Nullable CertifiedKey pair(String alias) {
    synchronized (byAlias) {
      return byAlias.get(alias);
    }
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return choose(asServer.current(), keyType);
  }

  /**
   * Whatever issuers the other side names: it judges the certificate itself, as Go's clients let
   * it.
   */
  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return choose(asClient.current(), keyTypes);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return choose(asServer.current(), keyType);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return choose(asClient.current(), keyTypes);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = choose(asServer.current(), keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = choose(asClient.current(), keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    CertifiedKey pair = pair(alias);
    return pair == null ? null : pair.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    CertifiedKey pair = pair(alias);
    return pair == null ? null : pair.key();
  }
}
