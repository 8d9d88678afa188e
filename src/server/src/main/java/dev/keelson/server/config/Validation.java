package dev.keelson.server.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Rules between options, in the words of etcd (server/embed config validation). */
public final class Validation {

  private static final int MAX_ELECTION_MILLIS = 50_000;

  /** Log outputs that are no paths. */
  private static final List<String> NO_FILES =
      List.of("default", "stderr", "stdout", "systemd/journal");

  private Validation() {}

  static void check(Configuration configuration) {
    checkTimes(
        configuration.get(MemberOptions.HEARTBEAT_INTERVAL),
        configuration.get(MemberOptions.ELECTION_TIMEOUT));
    checkListen(configuration.get(ServingOptions.LISTEN_PEER_URLS));
    checkListen(configuration.get(ServingOptions.LISTEN_CLIENT_URLS));
    checkListen(configuration.get(ServingOptions.LISTEN_CLIENT_HTTP_URLS));
    checkListen(configuration.get(ServingOptions.LISTEN_METRICS_URLS));
    TlsRules.check(configuration);
    if (configuration.isSet(ServingOptions.LISTEN_CLIENT_URLS)
        && !configuration
            .get(ServingOptions.LISTEN_CLIENT_URLS)
            .equals(ServingOptions.LISTEN_CLIENT_URLS.defaultValue())
        && !configuration.isSet(ServingOptions.ADVERTISE_CLIENT_URLS)) {
      throw refuse(
          "--advertise-client-urls is required when --listen-client-urls is set explicitly");
    }
    atLeast(0, MemberOptions.MAX_LEARNERS, configuration);
    atLeast(1, ServingOptions.MAX_REQUEST_BYTES, configuration);
    atLeast(1, ServingOptions.MAX_TXN_OPS, configuration);
    atLeast(1, MemberOptions.COMPACTION_BATCH_LIMIT, configuration);
    atLeast(1, SecurityOptions.AUTH_TOKEN_TTL, configuration);
    checkPeers(configuration);
    if (configuration.get(MemberOptions.NAME).isEmpty()) {
      throw refuse("--name must not be empty");
    }
    var _ = configuration.compactionPolicy();
    checkLogOutputs(configuration.get(ServingOptions.LOG_OUTPUTS));
    if (configuration.get(ServingOptions.ENABLE_LOG_ROTATION)) {
      checkRotatedOutput(configuration.get(ServingOptions.LOG_OUTPUTS));
    }
  }

  private static void checkTimes(int heartbeatMillis, int electionMillis) {
    if (heartbeatMillis <= 0) {
      throw refuse("--heartbeat-interval must be >0 (set to %dms)".formatted(heartbeatMillis));
    }
    if (electionMillis <= 0) {
      throw refuse("--election-timeout must be >0 (set to %dms)".formatted(electionMillis));
    }
    if (5L * heartbeatMillis > electionMillis) {
      throw refuse(
          "--election-timeout[%dms] should be at least as 5 times as --heartbeat-interval[%dms]"
              .formatted(electionMillis, heartbeatMillis));
    }
    if (electionMillis > MAX_ELECTION_MILLIS) {
      throw refuse(
          "--election-timeout[%dms] is too long, and should be set less than %dms"
              .formatted(electionMillis, MAX_ELECTION_MILLIS));
    }
  }

  /** A message between members holds a whole request, and more than one goes into a batch. */
  private static void checkPeers(Configuration configuration) {
    long request = configuration.get(ServingOptions.MAX_REQUEST_BYTES);
    int message = configuration.get(MemberOptions.RAFT_MAX_MESSAGE_BYTES);
    if (message < 2 * request) {
      throw refuse(
          "--raft-max-message-bytes must be at least twice --max-request-bytes (set to %d, not %d)"
              .formatted(message, 2 * request));
    }
    long rate = configuration.get(MemberOptions.SNAPSHOT_BYTES_PER_SECOND);
    if (rate < 0) {
      throw refuse("--snapshot-bytes-per-second must be >=0 (set to %d)".formatted(rate));
    }
  }

  private static void checkListen(List<Url> urls) {
    for (Url url : urls) {
      if (!url.isBindable()) {
        throw refuse("expected IP in URL for binding (%s)".formatted(url));
      }
    }
  }

  private static void checkLogOutputs(List<String> outputs) {
    if (outputs.size() > 1 && outputs.contains("default")) {
      throw refuse("multi logoutput for \"default\" is not supported yet");
    }
  }

  private static void checkRotatedOutput(List<String> outputs) {
    if (outputs.size() != 1 || NO_FILES.contains(outputs.getFirst())) {
      throw refuse(
          "--log-outputs requires a single file path when --log-rotate-config-json is defined");
    }
  }

  private static void atLeast(int least, Option<Integer> option, Configuration configuration) {
    int value = configuration.get(option);
    if (value < least) {
      throw refuse("--%s must be at least %d (set to %d)".formatted(option.name(), least, value));
    }
  }

  /**
   * Compares this member's advertised peer URLs with its entry in the initial cluster. Only a
   * member without data has to agree: later the log knows the members.
   *
   * @return what is wrong, in etcd's words; empty when the two agree after resolving host names
   */
  public static Optional<String> bootstrapProblem(Configuration configuration) {
    String name = configuration.get(MemberOptions.NAME);
    InitialCluster cluster = configuration.initialCluster();
    List<Url> own = cluster.members().get(name);
    if (own == null) {
      return Optional.of(
          "couldn't find local name \"%s\" in the initial cluster configuration".formatted(name));
    }
    List<Url> advertised = configuration.get(MemberOptions.INITIAL_ADVERTISE_PEER_URLS);
    try {
      if (resolve(own).equals(resolve(advertised))) {
        return Optional.empty();
      }
    } catch (UnknownHostException e) {
      return Optional.of("failed to resolve a peer URL: " + e.getMessage());
    }
    String listed = join(name, advertised);
    for (Url url : own) {
      if (!advertised.contains(url)) {
        return Optional.of(
            "--initial-cluster has %s=%s but missing from --initial-advertise-peer-urls=%s"
                .formatted(name, url, listed));
      }
    }
    return Optional.of(
        "--initial-advertise-peer-urls has %s but missing from --initial-cluster=%s"
            .formatted(listed, cluster));
  }

  private static String join(String name, List<Url> urls) {
    return urls.stream().map(url -> name + "=" + url).collect(Collectors.joining(","));
  }

  private static SortedSet<String> resolve(List<Url> urls) throws UnknownHostException {
    SortedSet<String> resolved = new TreeSet<>();
    for (Url url : urls) {
      String host = url.isUnix() ? url.host() : InetAddress.getByName(url.host()).getHostAddress();
      resolved.add(url.scheme() + "://" + host + ":" + url.port());
    }
    return resolved;
  }

  private static ConfigurationException refuse(String message) {
    return ConfigurationException.usage(message);
  }
}
