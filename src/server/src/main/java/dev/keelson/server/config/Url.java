package dev.keelson.server.config;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * A listen or advertise URL as etcd accepts them: {@code http}, {@code https}, {@code unix} or
 * {@code unixs}, with host and port and without a path.
 *
 * @param scheme one of the four schemes
 * @param host host name or IP address, IPv6 without brackets; the path of the socket for unix
 * @param port 0 lets the system choose when listening; -1 for unix sockets
 */
public record Url(String scheme, String host, int port) implements Comparable<Url> {

  /**
   * Reads one URL.
   *
   * @throws IllegalArgumentException in etcd's words
   */
  public static Url parse(String text) {
    String trimmed = text.strip();
    URI uri;
    try {
      uri = new URI(trimmed);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("parse \"%s\": %s".formatted(text, e.getReason()), e);
    }
    String scheme = uri.getScheme();
    if (scheme == null) {
      throw new IllegalArgumentException(schemeProblem(trimmed));
    }
    return switch (scheme) {
      case "unix", "unixs" -> parseUnix(scheme, trimmed);
      case "http", "https" -> parseTcp(uri, trimmed);
      default -> throw new IllegalArgumentException(schemeProblem(trimmed));
    };
  }

  private static Url parseUnix(String scheme, String text) {
    String start = scheme + "://";
    if (!text.startsWith(start) || text.length() == start.length()) {
      throw new IllegalArgumentException("URL must name a path: " + text);
    }
    return new Url(scheme, text.substring(start.length()), -1);
  }

  private static Url parseTcp(URI uri, String text) {
    String host = uri.getHost();
    int port = uri.getPort();
    if (host == null && uri.getRawAuthority() != null && uri.getRawAuthority().startsWith(":")) {
      host = ""; // Go's ":2379" means every interface
      port = parsePort(uri.getRawAuthority().substring(1), text);
    }
    if (host == null || port < 0 || port > 65535) {
      throw new IllegalArgumentException(
          "URL address does not have the form \"host:port\": " + text);
    }
    String path = uri.getRawPath();
    if (path != null && !path.isEmpty()) {
      throw new IllegalArgumentException("URL must not contain a path: " + text);
    }
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    return new Url(uri.getScheme(), bracketed ? host.substring(1, host.length() - 1) : host, port);
  }

  private static int parsePort(String digits, String text) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "URL address does not have the form \"host:port\": " + text, e);
    }
  }

  private static String schemeProblem(String text) {
    return "URL scheme must be http, https, unix, or unixs: " + text;
  }

  /** Whether connections to this URL are encrypted. */
  public boolean isSecure() {
    return scheme.equals("https") || scheme.equals("unixs");
  }

  /** Whether this is a unix domain socket. */
  public boolean isUnix() {
    return port < 0;
  }

  /** Whether the host can be bound without asking DNS: an IP address, empty or localhost. */
  boolean isBindable() {
    return isUnix()
        || host.isEmpty()
        || host.equals("localhost")
        || host.indexOf(':') >= 0
        || host.matches("\\d{1,3}(\\.\\d{1,3}){3}");
  }

  /** {@code host:port}, or the path of a unix socket. */
  public String address() {
    if (isUnix()) {
      return host;
    }
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public int compareTo(Url other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return scheme + "://" + address();
  }
}
