package dev.keelson.server.tls;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * The names in a certificate and how they are matched: by RFC 9525, and as Go does, so the common
 * name is never taken for a host name.
 *
 * @param dnsNames DNS names among the alternative names, in lower case
 * @param addresses IP addresses among the alternative names
 */
record SubjectNames(List<String> dnsNames, List<InetAddress> addresses) {

  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  SubjectNames {
    dnsNames = List.copyOf(dnsNames);
    addresses = List.copyOf(addresses);
  }

  /** Reads the alternative names. */
  static SubjectNames of(X509Certificate certificate) throws CertificateParsingException {
    List<String> dnsNames = new ArrayList<>();
    List<InetAddress> addresses = new ArrayList<>();
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    for (List<?> name : names == null ? List.<List<?>>of() : names) {
      String text = String.valueOf(name.get(1));
      if (name.get(0).equals(DNS_NAME)) {
        dnsNames.add(text.toLowerCase(Locale.ROOT));
      } else if (name.get(0).equals(IP_ADDRESS)) {
        addresses.add(literal(text));
      }
    }
    return new SubjectNames(dnsNames, addresses);
  }

  boolean isEmpty() {
    return dnsNames.isEmpty() && addresses.isEmpty();
  }

  /**
   * Checks that the certificate is for a host.
   *
   * @param host a DNS name or an IP address, IPv6 with or without brackets
   * @throws CertificateException when it is not, in the words of Go's TLS
   */
  void requireHost(String host) throws CertificateException {
    if (isIp(host)) {
      requireAddress(literal(host));
      return;
    }
    String name = trimDot(host.toLowerCase(Locale.ROOT));
    if (dnsNames.stream().noneMatch(pattern -> matches(pattern, name))) {
      throw new CertificateException(
          dnsNames.isEmpty()
              ? "x509: certificate is not valid for any names, but wanted to match " + host
              : "x509: certificate is valid for %s, not %s"
                  .formatted(String.join(", ", dnsNames), host));
    }
  }

  void requireAddress(InetAddress address) throws CertificateException {
    if (!addresses.contains(address)) {
      throw new CertificateException(
          addresses.isEmpty()
              ? "x509: cannot validate certificate for %s because it doesn't contain any IP SANs"
                  .formatted(address.getHostAddress())
              : "x509: certificate is valid for %s, not %s"
                  .formatted(
                      String.join(
                          ", ", addresses.stream().map(InetAddress::getHostAddress).toList()),
                      address.getHostAddress()));
    }
  }

  /** An asterisk stands for the whole first label and nothing else. */
  private static boolean matches(String pattern, String name) {
    String trimmed = trimDot(pattern);
    if (!trimmed.startsWith("*.")) {
      return !trimmed.isEmpty() && trimmed.equals(name);
    }
    int firstDot = name.indexOf('.');
    return firstDot > 0 && trimmed.substring(1).equals(name.substring(firstDot));
  }

  private static String trimDot(String name) {
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static boolean isIp(String host) {
    return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
  }

  private static InetAddress literal(String address) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
    if (bytes == null) {
      throw new IllegalArgumentException("no IP address: " + address);
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no IP address: " + address, e);
    }
  }
}
