package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.Map;

/** The two Services of a cluster. */
public final class Services {
  private Services() {}

  /** For clients: the members that are ready, which learners never are, and not leaving. */
  public static Service client(KeelsonCluster cluster) {
    Names names = Names.of(cluster);
    return new ServiceBuilder()
        .withNewMetadata()
        .withName(names.clientService())
        .withNamespace(names.namespace())
        .withLabels(Labels.common(names))
        .withAnnotations(cluster.getSpec().service().annotations())
        .withOwnerReferences(Owner.of(cluster))
        .endMetadata()
        .withNewSpec()
        .withType(cluster.getSpec().service().type().name())
        .withSelector(Labels.with(Labels.members(names), Map.of(Labels.SERVING, "true")))
        .withPorts(port("client", Names.CLIENT_PORT))
        .endSpec()
        .build();
  }

  /** For members: each has a name from the start, since peers must find it before it is ready. */
  public static Service peers(KeelsonCluster cluster) {
    Names names = Names.of(cluster);
    return new ServiceBuilder()
        .withNewMetadata()
        .withName(names.peerService())
        .withNamespace(names.namespace())
        .withLabels(Labels.common(names))
        .withOwnerReferences(Owner.of(cluster))
        .endMetadata()
        .withNewSpec()
        .withClusterIP("None")
        .withPublishNotReadyAddresses(true)
        .withSelector(Labels.members(names))
        .withPorts(
            port("client", Names.CLIENT_PORT),
            port("peer", Names.PEER_PORT),
            port("health", Names.HEALTH_PORT))
        .endSpec()
        .build();
  }

  private static ServicePort port(String name, int number) {
    return new ServicePortBuilder()
        .withName(name)
        .withProtocol("TCP")
        .withPort(number)
        .withTargetPort(new IntOrString(name))
        .build();
  }
}
