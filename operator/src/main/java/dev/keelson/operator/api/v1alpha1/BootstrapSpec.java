package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** What a new cluster begins with. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BootstrapSpec(
    @JsonPropertyDescription("The backup that its data comes from; empty if left out.")
        @Nullable BackupSource fromBackup) {}
