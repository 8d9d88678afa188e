package dev.keelson.server.tls;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.SecurityOptions;
import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.config.Url;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS options of one side: of the client ports, or of the peer port under their {@code peer-}
 * names.
 *
 * @param name {@code client} or {@code peer}, for messages
 * @param certificateFile presented to whoever connects
 * @param keyFile its key
 * @param outgoingCertificateFile presented when this member connects to others
 * @param outgoingKeyFile its key
 * @param authorityFile who signs the certificates of the others; null means the system's
 *     authorities
 * @param revocationFile serial numbers that are refused; null refuses none
 * @param requiresCertificate whether those who connect must present a certificate
 * @param allowedCommonNames if not empty, the common names that may connect
 * @param allowedHosts if not empty, the hosts whose certificates may connect
 * @param checksAddress whether a certificate must be for the address it comes from
 * @param selfSigned whether the pair is generated; then nobody can check it
 */
record TlsSide(
    String name,
    Path certificateFile,
    Path keyFile,
    Path outgoingCertificateFile,
    Path outgoingKeyFile,
    @Nullable Path authorityFile,
    @Nullable Path revocationFile,
    boolean requiresCertificate,
    List<String> allowedCommonNames,
    List<String> allowedHosts,
    boolean checksAddress,
    boolean selfSigned) {

  private static final Logger log = LoggerFactory.getLogger(TlsSide.class);

  TlsSide {
    allowedCommonNames = List.copyOf(allowedCommonNames);
    allowedHosts = List.copyOf(allowedHosts);
  }

  /** The side of the clients; null when no certificate is configured for it. */
  static @Nullable TlsSide ofClients(Configuration c) {
    String authority = c.get(SecurityOptions.TRUSTED_CA_FILE);
    List<Url> urls = new ArrayList<>(c.get(ServingOptions.LISTEN_CLIENT_URLS));
    urls.addAll(c.get(ServingOptions.LISTEN_CLIENT_HTTP_URLS));
    urls.addAll(c.get(ServingOptions.LISTEN_METRICS_URLS));
    Pairs pairs =
        pairs(
            "client",
            c,
            c.get(SecurityOptions.CERT_FILE),
            c.get(SecurityOptions.KEY_FILE),
            c.get(SecurityOptions.CLIENT_CERT_FILE),
            c.get(SecurityOptions.CLIENT_KEY_FILE),
            c.get(SecurityOptions.AUTO_TLS),
            urls);
    return pairs == null
        ? null
        : new TlsSide(
            "client",
            pairs.certificate,
            pairs.key,
            pairs.outgoingCertificate,
            pairs.outgoingKey,
            file(authority),
            file(c.get(SecurityOptions.CLIENT_CRL_FILE)),
            c.get(SecurityOptions.CLIENT_CERT_AUTH) || !authority.isEmpty(),
            List.of(),
            c.get(SecurityOptions.CLIENT_CERT_ALLOWED_HOSTNAME),
            false,
            pairs.selfSigned);
  }

  /** The side of the peers; null when no certificate is configured for it. */
  static @Nullable TlsSide ofPeers(Configuration c) {
    String authority = c.get(SecurityOptions.PEER_TRUSTED_CA_FILE);
    Pairs pairs =
        pairs(
            "peer",
            c,
            c.get(SecurityOptions.PEER_CERT_FILE),
            c.get(SecurityOptions.PEER_KEY_FILE),
            c.get(SecurityOptions.PEER_CLIENT_CERT_FILE),
            c.get(SecurityOptions.PEER_CLIENT_KEY_FILE),
            c.get(SecurityOptions.PEER_AUTO_TLS),
            c.get(ServingOptions.LISTEN_PEER_URLS));
    return pairs == null
        ? null
        : new TlsSide(
            "peer",
            pairs.certificate,
            pairs.key,
            pairs.outgoingCertificate,
            pairs.outgoingKey,
            file(authority),
            file(c.get(SecurityOptions.PEER_CRL_FILE)),
            c.get(SecurityOptions.PEER_CLIENT_CERT_AUTH) || !authority.isEmpty(),
            c.get(SecurityOptions.PEER_CERT_ALLOWED_CN),
            c.get(SecurityOptions.PEER_CERT_ALLOWED_HOSTNAME),
            !c.get(SecurityOptions.PEER_SKIP_CLIENT_SAN_VERIFICATION),
            pairs.selfSigned);
  }

  private record Pairs(
      Path certificate, Path key, Path outgoingCertificate, Path outgoingKey, boolean selfSigned) {}

  private static @Nullable Pairs pairs(
      String name,
      Configuration c,
      String certificate,
      String key,
      String outgoingCertificate,
      String outgoingKey,
      boolean generate,
      List<Url> urls) {
    if (!certificate.isEmpty() && !key.isEmpty()) {
      if (generate) {
        log.atWarn()
            .addKeyValue("cert-file", certificate)
            .log("ignoring " + name + " auto TLS since certs given");
      }
      Path out = Path.of(outgoingCertificate.isEmpty() ? certificate : outgoingCertificate);
      return new Pairs(
          Path.of(certificate),
          Path.of(key),
          out,
          Path.of(outgoingKey.isEmpty() ? key : outgoingKey),
          false);
    }
    if (!generate) {
      return null;
    }
    Path folder = c.dataDir().resolve("fixtures").resolve(name);
    TreeSet<String> hosts = new TreeSet<>();
    urls.stream()
        .filter(url -> !url.isUnix() && !url.host().isEmpty())
        .forEach(url -> hosts.add(url.host()));
    SelfSigned.ensure(folder, hosts, c.get(SecurityOptions.SELF_SIGNED_CERT_VALIDITY));
    Path made = SelfSigned.certificate(folder);
    Path madeKey = SelfSigned.key(folder);
    return new Pairs(made, madeKey, made, madeKey, true);
  }

  private static @Nullable Path file(String text) {
    return text.isEmpty() ? null : Path.of(text);
  }
}
