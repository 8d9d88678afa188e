package dev.keelson.server.bootstrap;

import dev.keelson.server.bootstrap.SrvLookup.Target;
import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ExternalOptions;
import dev.keelson.server.config.InitialCluster;
import dev.keelson.server.config.MemberOptions;
import dev.keelson.server.config.Url;
import dev.keelson.server.config.Validation;
import dev.keelson.server.member.StartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an initial cluster of the SRV records of a domain: members with TLS under {@code
 * _etcd-server-ssl._tcp}, others under {@code _etcd-server._tcp}. DNS knows no names of members, so
 * this one is recognised by its address, and the others are numbered.
 *
 * <p>Source: etcd client/pkg/srv and {@code embed.Config.GetDNSClusterNames}.
 */
final class SrvFounders {
  private static final Logger log = LoggerFactory.getLogger(SrvFounders.class);

  private final String domain;
  private final String suffix;
  private final String name;
  private final Configuration configuration;
  private final SrvLookup lookup;

  SrvFounders(Configuration configuration, SrvLookup lookup) {
    this.configuration = configuration;
    this.lookup = lookup;
    domain = configuration.get(ExternalOptions.DISCOVERY_SRV);
    String service = configuration.get(ExternalOptions.DISCOVERY_SRV_NAME);
    suffix = service.isEmpty() ? "" : "-" + service;
    name = configuration.get(MemberOptions.NAME);
  }

  /**
   * Asks DNS, once.
   *
   * @throws StartException if nothing usable is found or this member is not among the founders
   */
  InitialCluster find() {
    List<String> problems = new ArrayList<>();
    SortedSet<Url> others = new TreeSet<>();
    List<Url> own = new ArrayList<>();
    Map<String, Url> advertised = advertised();
    collect("https", "etcd-server-ssl" + suffix, advertised, own, others, problems);
    collect("http", "etcd-server" + suffix, advertised, own, others, problems);
    if (own.isEmpty() && others.isEmpty()) {
      throw refuse(String.join("; ", problems));
    }
    InitialCluster cluster = number(own, others);
    log.atInfo().addKeyValue("cluster", cluster.toString()).log("got bootstrap from DNS");
    if (own.isEmpty()) {
      throw refuse("cannot find local etcd member \"%s\" in SRV records".formatted(name));
    }
    Validation.bootstrapProblem(configuration, cluster)
        .ifPresent(
            problem -> {
              throw new StartException(problem, Map.of("discovery-srv", domain));
            });
    return cluster;
  }

  private InitialCluster number(List<Url> own, SortedSet<Url> others) {
    Map<String, List<Url>> members = new TreeMap<>();
    if (!own.isEmpty()) {
      members.put(name, own);
    }
    int number = 0;
    for (Url url : others) {
      while (members.containsKey(Integer.toString(number))) {
        number++; // the name of this member may be a number
      }
      members.put(Integer.toString(number), List.of(url));
    }
    return new InitialCluster(members);
  }

  /** This member's peer URLs by the address they lead to. */
  private Map<String, Url> advertised() {
    Map<String, Url> byAddress = new HashMap<>();
    for (Url url : configuration.get(MemberOptions.INITIAL_ADVERTISE_PEER_URLS)) {
      String address = address(url.host(), url.port());
      if (address == null) {
        throw refuse("lookup %s: no such host".formatted(url.host()));
      }
      byAddress.put(address, url);
    }
    return byAddress;
  }

  private void collect(
      String scheme,
      String service,
      Map<String, Url> advertised,
      List<Url> own,
      SortedSet<Url> others,
      List<String> problems) {
    String problem = null;
    boolean found = false;
    try {
      for (Target target : lookup.find("_%s._tcp.%s".formatted(service, domain))) {
        String address = address(target.host(), target.port());
        if (address == null) {
          problem = "lookup %s: no such host".formatted(target.host());
          continue;
        }
        Url url = new Url(scheme, target.host(), target.port());
        Url mine = advertised.get(address);
        if (mine != null && !mine.scheme().equals(scheme)) {
          problem =
              "bootstrap at %s from DNS for %s has scheme mismatch with expected peer %s"
                  .formatted(url, service, mine);
          continue;
        }
        found = true;
        if (mine == null) {
          others.add(url);
        } else {
          own.add(url);
        }
      }
    } catch (UnknownHostException e) {
      problem = "lookup _%s._tcp.%s: no such host".formatted(service, domain);
    } catch (IOException e) {
      problem = "lookup _%s._tcp.%s: %s".formatted(service, domain, e.getMessage());
    }
    if (!found && problem != null) {
      problems.add("error querying DNS SRV records for _%s %s".formatted(service, problem));
    }
  }

  private static @Nullable String address(String host, int port) {
    try {
      return InetAddress.getByName(host).getHostAddress() + ":" + port;
    } catch (UnknownHostException e) {
      return null;
    }
  }

  private StartException refuse(String why) {
    return new StartException(
        "error setting up initial cluster: " + why, Map.of("discovery-srv", domain));
  }
}
