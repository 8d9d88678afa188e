package dev.keelson.operator.api.v1alpha1;

/** How the client Service is published. The names are the values in the resource. */
@SuppressWarnings("EnumNaming")
public enum ServiceType {
  /** Inside the Kubernetes cluster only. */
  ClusterIP,
  /** On a port of each node. */
  NodePort,
  /** Through a load balancer. */
  LoadBalancer
}
