package dev.keelson.server.bootstrap;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ExternalOptions;
import dev.keelson.server.config.InitialCluster;
import dev.keelson.server.config.MemberOptions;
import dev.keelson.server.member.StartException;
import java.util.List;
import java.util.Map;

/**
 * The members a cluster is founded with.
 *
 * @param members peer URLs by name, this member included
 * @param token mixed into the ids of members and cluster
 * @param named whether the names are those the members go by; else only that of this member is
 */
public record Founders(InitialCluster members, String token, boolean named) {

  /** What the flags alone say; for a member with data, which needs no more. */
  public static Founders assumed(Configuration configuration) {
    return new Founders(configuration.initialCluster(), token(configuration), true);
  }

  /**
   * Asks whom the flags name. With discovery this takes as long as the other founders take to show
   * up.
   *
   * @throws StartException if the founders cannot be learnt, in etcd's words
   */
  public static Founders find(Configuration configuration) throws InterruptedException {
    if (!configuration.get(ExternalOptions.DISCOVERY_ENDPOINTS).isEmpty()) {
      return registered(configuration);
    }
    if (!configuration.get(ExternalOptions.DISCOVERY_SRV).isEmpty()) {
      return new Founders(
          new SrvFounders(
                  configuration, new DnsServices(System.getProperty(DnsServices.NAME_SERVER, "")))
              .find(),
          token(configuration),
          false);
    }
    return assumed(configuration);
  }

  private static Founders registered(Configuration configuration) throws InterruptedException {
    if (configuration.get(MemberOptions.INITIAL_CLUSTER_STATE).equals("existing")) {
      throw new StartException(
          "discovery URL should not be set when joining existing initial cluster", Map.of());
    }
    Founders self = assumed(configuration);
    String token = self.token();
    List<String> endpoints = configuration.get(ExternalOptions.DISCOVERY_ENDPOINTS);
    try (Registry registry = Registry.open(configuration)) {
      InitialCluster all = new Registration(registry, self, Backoff.REAL).join();
      return new Founders(all, token, true);
    } catch (DiscoveryException e) {
      throw new StartException(
          "failed to join discovery cluster (%s)".formatted(e.getMessage()),
          Map.of("discovery-token", token, "discovery-endpoints", String.join(",", endpoints)));
    }
  }

  private static String token(Configuration configuration) {
    return configuration.get(ExternalOptions.DISCOVERY_ENDPOINTS).isEmpty()
        ? configuration.get(MemberOptions.INITIAL_CLUSTER_TOKEN)
        : configuration.get(ExternalOptions.DISCOVERY_TOKEN);
  }
}
