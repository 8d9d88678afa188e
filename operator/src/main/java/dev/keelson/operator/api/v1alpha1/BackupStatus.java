package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a backup went. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupStatus(
    @JsonPropertyDescription("Generation of the spec that this status answers.")
        @Nullable Long observedGeneration,
    @PrinterColumn(name = "PHASE") @JsonPropertyDescription("Where it is.")
        @Nullable BackupPhase phase,
    @PrinterColumn(name = "LOCATION", priority = 1)
        @JsonPropertyDescription("URL of the stored object.")
        @Nullable String location,
    @PrinterColumn(name = "REVISION") @JsonPropertyDescription("Revision of the store it holds.")
        @Nullable Long revision,
    @PrinterColumn(name = "SIZE") @JsonPropertyDescription("Size in bytes.")
        @Nullable Long sizeBytes,
    @JsonPropertyDescription("SHA-256 of the object, in hexadecimal.") @Nullable String sha256,
    @PrinterColumn(name = "VERIFIED") @JsonPropertyDescription("Whether the check passed.")
        @Nullable Boolean verified,
    @JsonPropertyDescription("When it began, RFC 3339.") @Nullable String startedAt,
    @JsonPropertyDescription("When it ended, RFC 3339.") @Nullable String finishedAt,
    @JsonPropertyDescription("Conditions.") List<Condition> conditions) {
  /** Fills in the defaults of the schema. */
  public BackupStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }
}
