package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.ClientAuth;
import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.api.v1alpha1.ConfigSpec;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.TlsMode;
import dev.keelson.operator.model.membership.StartMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The server options of one member. */
final class ServerFlags {
  static final String FORCE = "force-new-cluster";
  static final String DATA_MOUNT = "/var/lib/keelson";
  static final String SERVER_TLS_MOUNT = "/etc/keelson/tls/server";
  static final String PEER_TLS_MOUNT = "/etc/keelson/tls/peer";

  private ServerFlags() {}

  static List<String> of(KeelsonCluster cluster, long serial, List<Long> peers, StartMode mode) {
    ClusterSpec spec = cluster.getSpec();
    Names names = Names.of(cluster);
    boolean tls = spec.tls().mode() != TlsMode.Off;
    String scheme = tls ? "https" : "http";
    Map<String, String> flags = new TreeMap<>(spec.config().extra());
    flags.put("name", names.member(serial));
    flags.put("data-dir", DATA_MOUNT + "/data");
    flags.put("listen-client-urls", scheme + "://0.0.0.0:" + Names.CLIENT_PORT);
    flags.put("listen-peer-urls", scheme + "://0.0.0.0:" + Names.PEER_PORT);
    flags.put("listen-metrics-urls", "http://0.0.0.0:" + Names.HEALTH_PORT);
    flags.put("advertise-client-urls", names.clientUrl(serial, tls));
    flags.put("initial-advertise-peer-urls", names.peerUrl(serial, tls));
    flags.put("initial-cluster", initialCluster(names, peers, tls));
    flags.put("initial-cluster-state", mode == StartMode.SEED ? "new" : "existing");
    flags.put("initial-cluster-token", cluster.getMetadata().getUid());
    flags.put("max-learners", "2"); // members join in pairs
    if (mode == StartMode.FORCED) {
      flags.put(FORCE, "true");
    }
    config(flags, spec.config());
    if (tls) {
      certificates(flags, spec.tls().clientAuth());
    }
    List<String> arguments = new ArrayList<>();
    flags.forEach((name, value) -> arguments.add("--" + name + "=" + value));
    return arguments;
  }

  private static String initialCluster(Names names, List<Long> peers, boolean tls) {
    return peers.stream()
        .map(peer -> names.member(peer) + "=" + names.peerUrl(peer, tls))
        .collect(Collectors.joining(","));
  }

  private static void config(Map<String, String> flags, ConfigSpec config) {
    flags.put("quota-backend-bytes", Long.toString(config.quotaBytes()));
    flags.put("max-request-bytes", Integer.toString(config.maxRequestBytes()));
    flags.put("snapshot-count", Long.toString(config.snapshotCount()));
    if (config.autoCompaction() != null) {
      flags.put("auto-compaction-mode", config.autoCompaction().mode());
      flags.put("auto-compaction-retention", config.autoCompaction().retention());
    }
  }

  private static void certificates(Map<String, String> flags, ClientAuth clientAuth) {
    flags.put("cert-file", SERVER_TLS_MOUNT + "/tls.crt");
    flags.put("key-file", SERVER_TLS_MOUNT + "/tls.key");
    flags.put("trusted-ca-file", SERVER_TLS_MOUNT + "/ca.crt");
    flags.put("client-cert-auth", Boolean.toString(clientAuth == ClientAuth.Required));
    flags.put("peer-cert-file", PEER_TLS_MOUNT + "/tls.crt");
    flags.put("peer-key-file", PEER_TLS_MOUNT + "/tls.key");
    flags.put("peer-trusted-ca-file", PEER_TLS_MOUNT + "/ca.crt");
    flags.put("peer-client-cert-auth", "true");
    flags.put("peer-skip-client-san-verification", "true"); // the authority signs members only
  }
}
