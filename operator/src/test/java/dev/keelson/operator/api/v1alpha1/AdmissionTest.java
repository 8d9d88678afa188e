package dev.keelson.operator.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expressions of {@code k8s/admission.yaml}, evaluated. */
final class AdmissionTest {
  private static final Path FILE = Path.of(System.getProperty("samples"), "../admission.yaml");

  private static String expression(String policy) throws IOException {
    return Stream.of(Files.readString(FILE).split("(?m)^---$", -1))
        .filter(document -> document.contains("\nkind: ValidatingAdmissionPolicy\n"))
        .map(document -> Serialization.unmarshal(document, ValidatingAdmissionPolicy.class))
        .filter(object -> object.getMetadata().getName().equals(policy))
        .map(object -> object.getSpec().getValidations().getFirst().getExpression())
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode json(String text) {
    return Serialization.unmarshal(text, JsonNode.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | true",
        "{\"spec\": {}} | true",
        "{\"spec\": {\"deletionProtection\": false}} | true",
        "{\"spec\": {\"deletionProtection\": true}} | false"
      })
  void aProtectedClusterIsNotDeleted(String cluster, boolean allowed) throws IOException {
    assertThat(
            CelRules.admits(expression("keelson-deletion-protection"), "oldObject", json(cluster)))
        .isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | true",
        "{\"spec\": {}} | true",
        "{\"spec\": {\"replicas\": 0}} | true",
        "{\"spec\": {\"replicas\": 3}} | true",
        "{\"spec\": {\"replicas\": 4}} | false"
      })
  void anEvenNumberIsWarnedOf(String cluster, boolean silent) throws IOException {
    assertThat(CelRules.admits(expression("keelson-even-replicas"), "object", json(cluster)))
        .isEqualTo(silent);
  }
}
