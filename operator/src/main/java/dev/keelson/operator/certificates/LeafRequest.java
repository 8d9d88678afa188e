package dev.keelson.operator.certificates;

import java.util.List;

/**
 * What a certificate must be good for.
 *
 * @param commonName name of its holder
 * @param hosts names that it answers to; none for one that only connects
 * @param addresses IP addresses that it answers to
 */
public record LeafRequest(String commonName, List<String> hosts, List<String> addresses) {
  /** Copies the lists. */
  public LeafRequest {
    hosts = List.copyOf(hosts);
    addresses = List.copyOf(addresses);
  }

  /** For one that only connects. */
  public static LeafRequest client(String commonName) {
    return new LeafRequest(commonName, List.of(), List.of());
  }
}
