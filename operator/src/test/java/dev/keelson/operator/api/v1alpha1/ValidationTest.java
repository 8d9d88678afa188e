package dev.keelson.operator.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules in the definitions, evaluated; an API server does the rest of the schema itself. */
final class ValidationTest {
  private static KeelsonCluster cluster(String name, String spec) {
    return Serialization.unmarshal(
        """
        {"apiVersion": "keelson.dev/v1alpha1", "kind": "KeelsonCluster",
         "metadata": {"name": "%s"}, "spec": %s}"""
            .formatted(name, spec),
        KeelsonCluster.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}",
        "{'tls': {'mode': 'CertManager', 'issuerRef': {'name': 'ca'}}}",
        "{'config': {'extra': {'heartbeat-interval': '50'}}}",
        "{'config': {'autoCompaction': {'mode': 'revision', 'retention': '1000'}}}",
        "{'pod': {'labels': {'team': 'a'}}}",
        "{'recovery': {'mode': 'None'}}",
        "{'recovery': {'mode': 'None', 'member': 'a-1'}}",
        "{'recovery': {'mode': 'FromMember', 'confirmClusterID': 'cafe', 'number': 1}}",
      })
  void acceptsWhatIsSound(String spec) throws IOException {
    assertThat(CelRules.of("keelsonclusters").broken(cluster("a", spec.replace('\'', '"')), null))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'tls': {'mode': 'CertManager'}} | mode CertManager needs issuerRef",
        "{'tls': {'mode': 'Secret', 'serverSecretName': 'a'}} | mode Secret needs",
        "{'config': {'extra': {'initial-cluster': 'x'}}} | extra may not set",
        "{'config': {'extra': {'data-dir': '/'}}} | extra may not set",
        "{'config': {'extra': {'trusted-ca-file': '/'}}} | extra may not set",
        "{'config': {'autoCompaction': {'mode': 'revision', 'retention': '8h'}}} | a plain number",
        "{'pod': {'labels': {'keelson.dev/serial': '1'}}} | belong to the operator",
        "{'recovery': {'mode': 'FromMember', 'confirmClusterID': 'cafe'}} | a recovery needs",
        "{'recovery': {'mode': 'FromMember', 'number': 1}} | a recovery needs",
        "{'recovery': {'mode': 'None', 'member': 'b-1'}} | a member of this cluster",
      })
  void refusesWhatIsNot(String spec, String message) throws IOException {
    assertThat(CelRules.of("keelsonclusters").broken(cluster("a", spec.replace('\'', '"')), null))
        .singleElement()
        .asString()
        .contains(message);
  }

  @Test
  void aNameMustFitIntoAHostName() throws IOException {
    CelRules rules = CelRules.of("keelsonclusters");
    assertThat(rules.broken(cluster("a".repeat(40), "{}"), null)).isEmpty();
    assertThat(rules.broken(cluster("a".repeat(41), "{}"), null)).hasSize(1);
    assertThat(rules.broken(cluster("1a", "{}"), null)).hasSize(1);
    assertThat(rules.broken(cluster("a.b", "{}"), null)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"10Gi,20Gi,true", "10Gi,10240Mi,true", "10Gi,9Gi,false", "1Ti,900Gi,false"})
  void aDiskGrowsOnly(String from, String to, boolean allowed) throws IOException {
    String spec = "{\"storage\": {\"size\": \"%s\"}}";
    assertThat(
            CelRules.of("keelsonclusters")
                .broken(cluster("a", spec.formatted(to)), cluster("a", spec.formatted(from)))
                .isEmpty())
        .isEqualTo(allowed);
  }

  @Test
  void theStorageClassIsFixed() throws IOException {
    CelRules rules = CelRules.of("keelsonclusters");
    KeelsonCluster fast = cluster("a", "{\"storage\": {\"storageClassName\": \"fast\"}}");
    assertThat(rules.broken(fast, fast)).isEmpty();
    assertThat(rules.broken(cluster("a", "{}"), fast)).hasSize(1);
    assertThat(rules.broken(fast, cluster("a", "{}"))).hasSize(1);
  }

  @Test
  void aBackupCannotBeChangedAndHasOneStore() throws IOException {
    CelRules rules = CelRules.of("keelsonbackups");
    KeelsonBackup toClaim = backup("{\"pvc\": {\"claimName\": \"a\"}}");
    KeelsonBackup toOther = backup("{\"pvc\": {\"claimName\": \"b\"}}");
    assertThat(rules.broken(toClaim, toClaim)).isEmpty();
    assertThat(rules.broken(toOther, toClaim))
        .containsExactly("a backup cannot be changed; make another one");
    assertThat(rules.broken(backup("{}"), null))
        .containsExactly("exactly one of s3 and pvc must be set");
  }

  private static KeelsonBackup backup(String store) {
    return Serialization.unmarshal(
        """
        {"apiVersion": "keelson.dev/v1alpha1", "kind": "KeelsonBackup",
         "metadata": {"name": "a"}, "spec": {"clusterRef": {"name": "c"}, "store": %s}}"""
            .formatted(store),
        KeelsonBackup.class);
  }

  @ParameterizedTest
  @CsvSource({
    "cluster.yaml,keelsonclusters",
    "cluster-development.yaml,keelsonclusters",
    "cluster-from-backup.yaml,keelsonclusters",
    "backup.yaml,keelsonbackups",
    "backup-schedule.yaml,keelsonbackupschedules"
  })
  void theSamplesAreSound(String sample, String definition) throws IOException {
    String text = Files.readString(Path.of(System.getProperty("samples"), sample));
    Class<?> type =
        switch (definition) {
          case "keelsonclusters" -> KeelsonCluster.class;
          case "keelsonbackups" -> KeelsonBackup.class;
          default -> KeelsonBackupSchedule.class;
        };
    assertThat(CelRules.of(definition).broken(Serialization.unmarshal(text, type), null)).isEmpty();
  }
}
