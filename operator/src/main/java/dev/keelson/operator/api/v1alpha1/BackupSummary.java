package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import org.jspecify.annotations.Nullable;

/** How a cluster's backups went, as RFC 3339 times. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupSummary(
    @PrinterColumn(name = "BACKUP") @JsonPropertyDescription("When the last one succeeded.")
        @Nullable String lastSuccess,
    @JsonPropertyDescription("When the last one that was checked succeeded.")
        @Nullable String lastVerified,
    @JsonPropertyDescription("When the last one failed.") @Nullable String lastFailure,
    @JsonPropertyDescription("When a schedule makes the next one.") @Nullable String nextRun) {}
