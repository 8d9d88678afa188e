package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** What is expected of a cluster's backups. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupGoal(
    @Min(60)
        @JsonPropertyDescription(
            "Longest time in seconds since the last verified backup; the condition BackupFresh says"
                + " whether it is kept. No such condition if left out.")
        @Nullable Integer maxAgeSeconds) {}
