package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The Deployment that the build generates is the one in {@code k8s/operator}. {@code
 * -Dmanifests.update=true} copies it there; the difference is then for review.
 */
final class ManifestIT {
  private static final Path ROOT = Path.of(System.getProperty("keelson.root"));

  @Test
  void theCommittedDeploymentIsTheGeneratedOne() throws IOException {
    Path generated = ROOT.resolve("operator/target/kubernetes/kubernetes.yml");
    Path golden = ROOT.resolve("k8s/operator/deployment.yaml");
    if (Boolean.getBoolean("manifests.update")) {
      Files.write(golden, Files.readAllBytes(generated));
    }
    assertThat(golden)
        .as("stale; run this test with -Dmanifests.update=true")
        .hasSameTextualContentAs(generated);
  }
}
