package dev.keelson.node.peer;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where a member is reached.
 *
 * @param secure whether by TLS
 * @param host a name or an address, an IPv6 address in brackets
 */
record PeerUrl(boolean secure, String host, int port) {
  private static final int PORT_MAX = 65_535;

  /**
   * Reads {@code http://host:port} or {@code https://host:port}.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static PeerUrl parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("peer URL " + text + ": " + e.getReason(), e);
    }
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    if (!secure && !"http".equalsIgnoreCase(uri.getScheme())) {
      throw new IllegalArgumentException("peer URL " + text + ": neither http nor https");
    }
    if (uri.getHost() == null || uri.getPort() < 0 || uri.getPort() > PORT_MAX) {
      throw new IllegalArgumentException("peer URL " + text + ": host and port are needed");
    }
    return new PeerUrl(secure, uri.getHost(), uri.getPort());
  }
}
