package dev.keelson.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.model.membership.Step;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the operator exports under which names. */
final class OperatorMetricsTest {
  private static final Pattern NAME = Pattern.compile("keelson_operator_[a-z_]+[a-z]");
  private static final Path ROOT = Path.of(System.getProperty("samples"), "../..");

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final OperatorMetrics metrics = new OperatorMetrics(registry);

  private static KeelsonCluster cluster(String fresh) {
    return Serialization.unmarshal(
        """
        {"apiVersion": "keelson.dev/v1alpha1", "kind": "KeelsonCluster",
         "metadata": {"name": "demo", "namespace": "ns"}, "spec": {},
         "status": {"conditions": [{"type": "BackupFresh", "status": "%s"}]}}"""
            .formatted(fresh),
        KeelsonCluster.class);
  }

  /** As Prometheus sees them. */
  private Set<String> exported() {
    TreeSet<String> names = new TreeSet<>();
    registry
        .getMeters()
        .forEach(
            meter ->
                names.add(
                    meter.getId().getName().replace('.', '_')
                        + (meter instanceof Counter ? "_total" : "")));
    return names;
  }

  private static Set<String> names(String text) {
    TreeSet<String> names = new TreeSet<>();
    Matcher name = NAME.matcher(text);
    while (name.find()) {
      names.add(name.group());
    }
    return names;
  }

  @ParameterizedTest
  @ValueSource(strings = {"k8s/monitoring/operator.yaml", "docs/operations/operator-reference.md"})
  void whatIsAskedForIsExported(String file) throws IOException {
    metrics.step(new Step.Finish());
    metrics.refused();
    Set<String> asked = names(Files.readString(ROOT.resolve(file)));
    assertThat(asked).isNotEmpty();
    assertThat(exported()).containsAll(asked);
  }

  @Test
  void thePageNamesAllThatIsExported() throws IOException {
    metrics.step(new Step.Finish());
    metrics.refused();
    assertThat(names(Files.readString(ROOT.resolve("docs/operations/operator-reference.md"))))
        .containsAll(exported());
  }

  @Test
  void aClusterWithoutAFreshBackupCountsUntilItHasOneOrIsGone() {
    metrics.reported(cluster("False"));
    assertThat(overdue()).isEqualTo(1);
    metrics.reported(cluster("True"));
    assertThat(overdue()).isZero();
    metrics.reported(cluster("False"));
    metrics.forget("ns", "demo");
    assertThat(overdue()).isZero();
  }

  private double overdue() {
    return registry.get("keelson.operator.clusters.backup.overdue").gauge().value();
  }
}
