package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import java.util.OptionalLong;

/**
 * The names of all objects of one cluster. A member's serial number is the only thing that tells it
 * from the others; its Pod, disk, host name and peer URL follow from it.
 *
 * @param cluster name of the resource
 * @param namespace its namespace
 */
public record Names(String cluster, String namespace) {
  /** Where members serve clients. */
  public static final int CLIENT_PORT = 2379;

  static final int PEER_PORT = 2380;

  /** Plain HTTP, for probes and metrics only. */
  static final int HEALTH_PORT = 2381;

  /** Those of a resource that has a name and a namespace. */
  public static Names of(KeelsonCluster cluster) {
    return new Names(cluster.getMetadata().getName(), cluster.getMetadata().getNamespace());
  }

  /** The Service that clients connect to. */
  public String clientService() {
    return cluster;
  }

  /** The headless Service under which each member has a name of its own. */
  public String peerService() {
    return cluster + "-peers";
  }

  /** A member, and its Pod. */
  public String member(long serial) {
    return cluster + "-" + serial;
  }

  /** A member's PersistentVolumeClaim. */
  public String disk(long serial) {
    return "data-" + member(serial);
  }

  /** The PodDisruptionBudget. */
  public String disruptionBudget() {
    return cluster;
  }

  /** The Secret of the authority for clients' connections. */
  public String authoritySecret() {
    return cluster + "-ca";
  }

  /** The Secret of the authority for connections between members. */
  public String peerAuthoritySecret() {
    return cluster + "-peer-ca";
  }

  /** The Secret of the operator's own certificate. */
  public String operatorSecret() {
    return cluster + "-operator-tls";
  }

  /** The Secret of the certificate that clients are given. */
  public String clientCertificateSecret() {
    return cluster + "-client-tls";
  }

  /** The Secret of the password of the user root, where no other is named. */
  public String rootSecret() {
    return cluster + "-root";
  }

  /** The Secret with all that a client needs. */
  public String clientSecret() {
    return cluster + "-client";
  }

  /** The domain that a member's name is under. */
  public String peerDomain() {
    return peerService() + "." + namespace + ".svc";
  }

  /** The name of a member in the network. */
  public String host(long serial) {
    return member(serial) + "." + peerDomain();
  }

  /** Where a member listens for its peers; this identifies it in the member list. */
  public String peerUrl(long serial, boolean tls) {
    return scheme(tls) + host(serial) + ":" + PEER_PORT;
  }

  /** Where a member tells clients to find it. */
  public String clientUrl(long serial, boolean tls) {
    return scheme(tls) + host(serial) + ":" + CLIENT_PORT;
  }

  /** Where clients find the cluster. */
  public String serviceUrl(boolean tls) {
    return scheme(tls) + clientService() + "." + namespace + ".svc:" + CLIENT_PORT;
  }

  /** The serial number in a peer URL; empty if the operator did not make that member. */
  public OptionalLong serialOf(String peerUrl) {
    int scheme = peerUrl.indexOf("://");
    String start = cluster + "-";
    String end = "." + peerDomain() + ":" + PEER_PORT;
    String rest = scheme < 0 ? peerUrl : peerUrl.substring(scheme + 3);
    if (!rest.startsWith(start)
        || !rest.endsWith(end)
        || rest.length() < start.length() + end.length()) {
      return OptionalLong.empty();
    }
    String digits = rest.substring(start.length(), rest.length() - end.length());
    return digits.matches("[1-9][0-9]{0,17}")
        ? OptionalLong.of(Long.parseLong(digits))
        : OptionalLong.empty();
  }

  private static String scheme(boolean tls) {
    return tls ? "https://" : "http://";
  }
}
