package dev.keelson.operator.e2e;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a person can get wrong: the status says what, and nothing spins. */
@ExtendWith(OnKubernetes.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BadInputIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /** Several passes of an operator that is not at rest. */
  private static final Duration REST = Duration.ofSeconds(6);

  private final Kubernetes kubernetes;

  BadInputIT(Kubernetes kubernetes) {
    this.kubernetes = kubernetes;
  }

  private void says(String cluster, String type, String status, String text) {
    kubernetes.await(
        cluster,
        LIMIT,
        c -> {
          Condition condition = Kubernetes.condition(c, type);
          return condition != null
              && status.equals(condition.getStatus())
              && condition.getMessage().contains(text);
        });
  }

  /**
   * While nothing changes outside, an operator that has said what is wrong says nothing more. What
   * it was about to do when it said so may still come; after that it is at rest, or it never is.
   */
  private void restsAndIsRemoved(String cluster) {
    kubernetes.until(
        LIMIT,
        () -> {
          String version = kubernetes.cluster(cluster).getMetadata().getResourceVersion();
          List<String> events = kubernetes.events(cluster);
          Kubernetes.pause(REST);
          return kubernetes.cluster(cluster).getMetadata().getResourceVersion().equals(version)
              && kubernetes.events(cluster).equals(events);
        },
        () -> "it does not come to rest: " + kubernetes.events(cluster));
    kubernetes.destroy(cluster);
  }

  @Test
  void aSecretThatIsNotThere() {
    kubernetes.create(
        "no-secret",
        "replicas: 1\ntls: {mode: Secret, serverSecretName: none, peerSecretName: none}\n");
    says("no-secret", "CertificatesValid", "False", "no Secret none");
    restsAndIsRemoved("no-secret");
  }

  @Test
  void aSecretThatHoldsSomethingElse() {
    kubernetes.apply(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: other}
        stringData: {ca.crt: nothing, tls.crt: of, tls.key: use}
        """);
    kubernetes.create(
        "other-secret",
        """
        replicas: 1
        tls: {mode: Secret, serverSecretName: other, peerSecretName: other, clientSecretName: other}
        """);
    says("other-secret", "CertificatesValid", "False", "other");
    kubernetes.destroy("other-secret");
  }

  @Test
  void anImageThatCannotBePulled() {
    kubernetes.create("no-image", "replicas: 1\nimage: nowhere:1\n");
    says("no-image", "Degraded", "True", "ImagePullBackOff");
    says("no-image", "Available", "False", "");
    restsAndIsRemoved("no-image");
  }

  @Test
  void aDiskThatIsNotBound() {
    kubernetes.apply(
        """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: data-no-disk-1
          labels:
            app.kubernetes.io/name: keelson
            app.kubernetes.io/instance: no-disk
            app.kubernetes.io/component: member
            app.kubernetes.io/managed-by: keelson-operator
            keelson.dev/serial: "1"
          annotations: {keelson.dev/disk-state: voter}
        spec:
          accessModes: [ReadWriteOnce]
          resources: {requests: {storage: 1Gi}}
          volumeName: nowhere
        """);
    kubernetes.create("no-disk", "replicas: 1\n");
    says("no-disk", "Degraded", "True", "data-no-disk-1");
    restsAndIsRemoved("no-disk");
  }
}
