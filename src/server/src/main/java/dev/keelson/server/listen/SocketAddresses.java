package dev.keelson.server.listen;

import dev.keelson.server.config.Url;
import dev.keelson.server.member.StartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From URLs to addresses to bind, and from a failed bind to a message that helps. */
final class SocketAddresses {

  private SocketAddresses() {}

  /** Where a URL is bound. */
  static SocketAddress of(Url url) {
    if (url.isUnix()) {
      return UnixDomainSocketAddress.of(url.host());
    }
    return url.host().isEmpty()
        ? new InetSocketAddress(url.port())
        : new InetSocketAddress(url.host(), url.port());
  }

  /** {@code host:port} of an address, as etcd logs it, or the path of a socket. */
  static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return address.toString();
    }
    String host = inet.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
  }

  /**
   * Finds the address that cannot be bound by trying each.
   *
   * @param flag the option that named the addresses
   */
  static StartException refusal(String flag, List<Url> urls, @Nullable Throwable cause) {
    for (Url url : urls) {
      if (url.isUnix()) {
        continue;
      }
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(of(url));
      } catch (IOException e) {
        return refusal(flag, url.toString(), url.address(), e);
      }
    }
    return refusal(flag, urls.toString(), urls.toString(), cause);
  }

  private static StartException refusal(
      String flag, String url, String address, @Nullable Throwable cause) {
    String reason = cause == null ? "unknown reason" : String.valueOf(cause.getMessage());
    return new StartException(
        "cannot listen on %s (%s): stop what uses it (ss -ltnp shows it) or change --%s"
            .formatted(address, reason, flag),
        Map.of("url", url, "error", reason));
  }
}
