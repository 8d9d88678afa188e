package dev.keelson.server.bootstrap;

import dev.keelson.node.ClusterIds;
import dev.keelson.server.bootstrap.Registry.Entry;
import dev.keelson.server.bootstrap.Registry.Listing;
import dev.keelson.server.config.InitialCluster;
import dev.keelson.server.config.Url;
import io.grpc.StatusRuntimeException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts this member into the registry of a cluster to be and waits until the registry is complete.
 * Whoever came first counts, by create revision, so that all agree on the founders however many
 * register at once. A service that does not answer is asked until it does.
 *
 * <p>Source: etcd server/etcdserver/api/v3discovery (3.6).
 */
final class Registration {
  private static final Logger log = LoggerFactory.getLogger(Registration.class);

  private final Registry registry;
  private final String id;
  private final InitialCluster self;
  private final Backoff backoff;
  private int failures;

  /**
   * Prepares it.
   *
   * @param self this member alone, and the token
   */
  Registration(Registry registry, Founders self, Backoff backoff) {
    this.registry = registry;
    this.self = self.members();
    this.id =
        Long.toHexString(
            ClusterIds.member(
                self.members().members().values().stream()
                    .flatMap(List::stream)
                    .map(Url::toString)
                    .toList(),
                self.token()));
    this.backoff = backoff;
  }

  /**
   * Registers and waits for the others.
   *
   * @return all founders
   * @throws DiscoveryException if this member cannot be one
   */
  InitialCluster join() throws DiscoveryException, InterruptedException {
    var _ = asking("cluster status check", this::look); // is there room at all?
    var _ = asking("register member itself", this::register);
    Founding found = asking("cluster status check", this::look);
    while (found.entries().size() < found.size()) {
      Founding incomplete = found;
      log.atInfo()
          .addKeyValue("clusterSize", found.size())
          .addKeyValue("found-peers", found.entries().size())
          .log("waiting for peers from discovery service");
      found =
          asking(
              "cluster status check",
              () -> {
                registry.awaitChange(incomplete.revision());
                return look();
              });
    }
    log.atInfo()
        .addKeyValue("clusterSize", found.size())
        .addKeyValue("found-peers", found.entries().size())
        .log("found all needed peers from discovery service");
    return cluster(found);
  }

  /** What the registry holds, by create revision. */
  private record Founding(int size, List<Entry> entries, long revision) {}

  private Founding look() throws DiscoveryException {
    int size = registry.size();
    Listing listing = registry.members();
    List<Entry> entries =
        listing.entries().stream()
            .filter(entry -> entry.cluster().indexOf('=') >= 0)
            .sorted(Comparator.comparingLong(Entry::createRevision))
            .toList();
    boolean open =
        entries.size() < size
            || entries.subList(0, size).stream().anyMatch(entry -> entry.id().equals(id));
    if (!open) {
      throw new DiscoveryException("discovery: cluster is full");
    }
    return new Founding(size, entries, listing.revision());
  }

  private Boolean register() {
    registry.put(id, self.toString());
    log.atInfo()
        .addKeyValue("member-id", id)
        .addKeyValue("memberInfo", self.toString())
        .log("register member itself successfully");
    return true;
  }

  private static InitialCluster cluster(Founding found) throws DiscoveryException {
    String text =
        found.entries().stream()
            .limit(found.size())
            .map(Entry::cluster)
            .collect(Collectors.joining(","));
    InitialCluster cluster;
    try {
      cluster = InitialCluster.parse(text);
    } catch (IllegalArgumentException e) {
      throw new DiscoveryException("discovery: invalid peer URL", e);
    }
    Set<Url> urls = new HashSet<>();
    for (List<Url> each : cluster.members().values()) {
      for (Url url : each) {
        if (!urls.add(url)) {
          throw new DiscoveryException("discovery cluster %s has duplicate url".formatted(cluster));
        }
      }
    }
    log.atInfo().addKeyValue("cluster", text).log("discovery joined cluster successfully");
    return cluster;
  }

  /** Something asked of the service. */
  @FunctionalInterface
  private interface Question<T> {
    T ask() throws DiscoveryException, InterruptedException;
  }

  private <T> T asking(String step, Question<T> question)
      throws DiscoveryException, InterruptedException {
    while (true) {
      try {
        T answer = question.ask();
        failures = 0;
        return answer;
      } catch (StatusRuntimeException e) {
        failures++;
        log.atWarn()
            .addKeyValue("reason", step)
            .addKeyValue("backoff", Backoff.after(failures).toSeconds() + "s")
            .addKeyValue("error", e.getStatus().toString())
            .log("retry connecting to discovery service");
        backoff.pause(Backoff.after(failures));
      }
    }
  }
}
