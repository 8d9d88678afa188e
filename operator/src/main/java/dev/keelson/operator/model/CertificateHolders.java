package dev.keelson.operator.model;

import java.util.List;

/** Whose certificates a cluster has, and what they are called. */
public final class CertificateHolders {
  /** The common name of the operator. */
  public static final String OPERATOR = "keelson-operator";

  /** The common name of clients. */
  public static final String CLIENT = "keelson-client";

  /** Addresses that members answer to themselves. */
  public static final List<String> ADDRESSES = List.of("127.0.0.1");

  private CertificateHolders() {}

  /** Host names that clients reach members under: one by one, and through the Service. */
  public static List<String> serverNames(Names names) {
    String service = names.clientService();
    String space = service + "." + names.namespace();
    return List.of(
        service,
        space,
        space + ".svc",
        space + ".svc.cluster.local",
        "*." + names.peerDomain(),
        "*." + names.peerDomain() + ".cluster.local",
        "localhost");
  }

  /** Host names that members reach each other under. */
  public static List<String> peerNames(Names names) {
    return List.of(
        "*." + names.peerDomain(), "*." + names.peerDomain() + ".cluster.local", "localhost");
  }
}
