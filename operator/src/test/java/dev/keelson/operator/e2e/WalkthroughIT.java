package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The page on the operator, done as a new user does it. {@code -Dwalkthrough.rewrite=true} writes
 * what the commands print into the page; the difference is then for review.
 */
@ExtendWith(OnKubernetes.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WalkthroughIT {
  private static final int LIMIT_SECONDS = 400;

  private final Kubernetes kubernetes;

  WalkthroughIT(Kubernetes kubernetes) {
    this.kubernetes = kubernetes;
  }

  @Test
  void thePageIsTrue() throws IOException {
    LocalRig local = kubernetes.local();
    uninstall();
    bucketService(local.s3());
    Path page = LocalRig.root().resolve("docs/operations/operator.md");
    Walkthrough walkthrough =
        new Walkthrough(
            page,
            Map.of(
                "KUBECONFIG",
                local.kubeconfig().toString(),
                "PATH",
                local.kubectl().getParent() + ":" + System.getenv("PATH")),
            LIMIT_SECONDS);
    String written;
    try {
      written = walkthrough.run();
    } finally {
      kubernetes.installOperator(); // for other classes, wherever the page ended
    }
    if (Boolean.getBoolean("walkthrough.rewrite")) {
      Files.writeString(page, written);
    } else {
      walkthrough.compare();
    }
    String acknowledged = walkthrough.output("logs writer").split(" ", 2)[0];
    assertThat(acknowledged).as("writes").matches("[1-9]\\d*");
    assertThat(walkthrough.output("get load/")).as("after all changes").contains(acknowledged);
    assertThat(walkthrough.output("get --prefix load/"))
        .as("after the restore")
        .contains(acknowledged);
  }

  /** A new user has nothing yet. */
  private void uninstall() {
    for (String kind : List.of("keelsonbackupschedules", "keelsonbackups", "keelsonclusters")) {
      kubernetes.kubectl("delete", kind, "--all", "--all-namespaces", "--timeout=50s");
    }
    kubernetes.kubectl("delete", "-k", LocalRig.root().resolve("k8s").toString(), "--timeout=55s");
  }

  /** The bucket has a name in the cluster, as a server that runs there has. */
  private void bucketService(S3Server s3) {
    for (String object :
        List.of(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: s3, namespace: default}
            spec: {ports: [{port: 80, targetPort: %1$d}]}
            """,
            """
            apiVersion: v1
            kind: Endpoints
            metadata: {name: s3, namespace: default}
            subsets: [{addresses: [{ip: %2$s}], ports: [{port: %1$d}]}]
            """)) {
      var _ = kubernetes.client().resource(object.formatted(s3.port(), s3.address())).create();
    }
  }
}
