package dev.keelson.server.listen;

import dev.keelson.server.config.Url;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One address to bind. URLs that differ in their scheme alone share it.
 *
 * @param urls what named it, at least one
 * @param address where to bind
 * @param encryption what its connections speak
 */
record Endpoint(List<Url> urls, SocketAddress address, Encryption encryption) {

  Endpoint {
    urls = List.copyOf(urls);
  }

  /** The addresses of a list of URLs, in the order of the list. */
  static List<Endpoint> of(List<Url> urls) {
    Map<SocketAddress, List<Url>> byAddress = new LinkedHashMap<>();
    List<Endpoint> endpoints = new ArrayList<>();
    for (Url url : urls) {
      if (url.port() == 0) {
        // the system chooses a port for each, so no two are the same
        endpoints.add(
            new Endpoint(List.of(url), SocketAddresses.of(url), Encryption.of(List.of(url))));
      } else {
        byAddress.computeIfAbsent(SocketAddresses.of(url), a -> new ArrayList<>()).add(url);
      }
    }
    byAddress.forEach(
        (address, same) -> endpoints.add(new Endpoint(same, address, Encryption.of(same))));
    return endpoints;
  }

  boolean isUnix() {
    return urls.getFirst().isUnix();
  }
}
