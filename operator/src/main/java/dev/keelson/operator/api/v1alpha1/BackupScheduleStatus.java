package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a schedule goes. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupScheduleStatus(
    @JsonPropertyDescription("Generation of the spec that this status answers.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription("When a backup was last started, RFC 3339.")
        @Nullable String lastScheduleTime,
    @PrinterColumn(name = "LAST-SUCCESS")
        @JsonPropertyDescription("When one last succeeded, RFC 3339.")
        @Nullable String lastSuccessTime,
    @PrinterColumn(name = "LAST-VERIFIED")
        @JsonPropertyDescription("When the last one that was checked succeeded, RFC 3339.")
        @Nullable String lastVerifiedTime,
    @PrinterColumn(name = "NEXT") @JsonPropertyDescription("When the next is due, RFC 3339.")
        @Nullable String nextScheduleTime,
    @JsonPropertyDescription("Name of the last KeelsonBackup made.") @Nullable String lastBackup,
    @JsonPropertyDescription("Runs missed since the last success.") @Nullable Integer missed,
    @JsonPropertyDescription("Backups deleted by the retention rules so far.")
        @Nullable Integer pruned,
    @JsonPropertyDescription("Conditions.") List<Condition> conditions) {
  /** Fills in the defaults of the schema. */
  public BackupScheduleStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }
}
