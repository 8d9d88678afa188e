package dev.keelson.server.tls;

import dev.keelson.node.api.auth.Identities;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The rules etcd's options add to trust: revocation, allowed names, and where a peer comes from.
 */
final class PeerChecks {

  /**
   * How long a peer's certificate may wait for DNS. The peer gives up after five seconds ({@code
   * --raft-read-timeout}); it must hear of the refusal before, and come again.
   */
  private static final Duration LOOKUP_LIMIT = Duration.ofSeconds(2);

  private PeerChecks() {}

  /** No certificate of the chain has a revoked serial number. */
  static PeerCheck notRevoked(Reloading<Set<BigInteger>> revoked) {
    return (chain, engine) -> {
      Set<BigInteger> serials = revoked.current();
      for (X509Certificate certificate : chain) {
        if (serials.contains(certificate.getSerialNumber())) {
          throw new CertificateException(
              "transport: certificate serial %s revoked"
                  .formatted(certificate.getSerialNumber().toString(16)));
        }
      }
    };
  }

  /** The common name is one of these. */
  static PeerCheck commonNameIn(List<String> allowed) {
    return (chain, engine) -> {
      String name = Identities.commonName(chain[0]);
      if (!allowed.contains(name)) {
        throw new CertificateException(
            "client certificate authentication failed: common name \"%s\" is not allowed"
                .formatted(name));
      }
    };
  }

  /** The certificate is valid for one of these hosts. */
  static PeerCheck hostIn(List<String> allowed) {
    return (chain, engine) -> {
      SubjectNames names = SubjectNames.of(chain[0]);
      List<String> problems = new ArrayList<>();
      for (String host : allowed) {
        try {
          names.requireHost(host);
          return;
        } catch (CertificateException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
      }
      throw new CertificateException(
          "client certificate authentication failed: " + String.join("; ", problems));
    };
  }

  /** The certificate is valid for the host that was dialed. */
  static PeerCheck dialedHost() {
    return (chain, engine) -> SubjectNames.of(chain[0]).requireHost(remoteHost(engine));
  }

  /**
   * The certificate, if it has alternative names, is for the address the connection comes from:
   * directly, or because DNS says that the address bears one of its names ({@link NameLookups}). As
   * etcd's peer listener does, but in bounded time; still not for an event loop.
   */
  static PeerCheck cameFromOwnAddress(NameLookups lookups) {
    return (chain, engine) -> {
      SubjectNames names = SubjectNames.of(chain[0]);
      if (names.isEmpty()) {
        return;
      }
      InetAddress remote = remoteAddress(engine);
      if (names.addresses().contains(remote)) {
        return;
      }
      if (names.dnsNames().isEmpty()) {
        names.requireAddress(remote);
      }
      String reason = "";
      try {
        if (lookups.bearsOneOf(remote, names.dnsNames(), LOOKUP_LIMIT)) {
          return;
        }
      } catch (TimeoutException e) {
        reason = " (not every name could be looked up in time)";
      }
      throw new CertificateException(
          "tls: \"%s\" does not match any of DNSNames %s%s"
              .formatted(remote.getHostAddress(), names.dnsNames(), reason));
    };
  }

  private static InetAddress remoteAddress(@Nullable SSLEngine engine) throws CertificateException {
    try {
      return InetAddress.getByName(remoteHost(engine)); // a literal: nothing is looked up
    } catch (UnknownHostException e) {
      throw new CertificateException("the address of the other side is unknown", e);
    }
  }

  private static String remoteHost(@Nullable SSLEngine engine) throws CertificateException {
    String host = engine == null ? null : engine.getPeerHost();
    if (host == null) {
      throw new CertificateException("the address of the other side is unknown");
    }
    return host;
  }
}
