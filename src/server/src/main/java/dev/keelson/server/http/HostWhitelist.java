package dev.keelson.server.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code --host-whitelist}: the names under which the member may be asked over plain HTTP, against
 * pages that point a name of their own at this address (DNS rebinding).
 *
 * @param hosts names without port, compared as they are written; an asterisk stands for every name
 */
record HostWhitelist(List<String> hosts) {

  HostWhitelist {
    hosts = List.copyOf(hosts);
  }

  boolean allows(@Nullable String hostHeader) {
    return hosts.isEmpty() || hosts.contains("*") || hosts.contains(name(hostHeader));
  }

  /** The header without its port. */
  static String name(@Nullable String hostHeader) {
    if (hostHeader == null) {
      return "";
    }
    int colon = hostHeader.lastIndexOf(':');
    if (hostHeader.startsWith("[")) {
      int end = hostHeader.indexOf(']');
      return end < 0 ? hostHeader : hostHeader.substring(1, end);
    }
    return colon < 0 || hostHeader.indexOf(':') != colon
        ? hostHeader
        : hostHeader.substring(0, colon);
  }

  /** What a refused request is told, with status 421. */
  static String refusal(String host) {
    return """
        keelson received your request, but the Host header was unrecognized.

        To fix this, choose one of the following options:
        - Enable TLS, then any HTTPS request will be allowed.
        - Add the hostname you want to use to the whitelist in settings.
          - e.g. keelson --host-whitelist "%s"

        This requirement has been added to help prevent "DNS Rebinding" attacks (CVE-2018-5702).
        """
        .formatted(host.replaceAll("[^A-Za-z0-9.:_-]", "?"));
  }
}
