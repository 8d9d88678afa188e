package dev.keelson.node.api;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** What etcd takes for the URLs of a member. */
final class PeerUrls {
  private PeerUrls() {}

  /** Whether there is one at least, and all have a known scheme, a host with a port and no path. */
  static boolean areValid(List<String> urls) {
    return !urls.isEmpty() && urls.stream().allMatch(PeerUrls::isValid);
  }

  private static boolean isValid(String url) {
    URI uri;
    try {
      uri = new URI(url.strip());
    } catch (URISyntaxException e) {
      return false;
    }
    String scheme = uri.getScheme();
    if (scheme == null) {
      return false;
    }
    return switch (scheme) {
      case "unix", "unixs" -> true;
      case "http", "https" ->
          hasHostAndPort(uri.getRawAuthority())
              && (uri.getRawPath() == null || uri.getRawPath().isEmpty());
      default -> false;
    };
  }

  /** As Go's SplitHostPort sees it; the host may be empty. */
  private static boolean hasHostAndPort(String authority) {
    if (authority == null) {
      return false;
    }
    int colon = authority.lastIndexOf(':');
    return colon >= 0 && (authority.indexOf(':') == colon || authority.charAt(colon - 1) == ']');
  }
}
