package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A finished backup: a KeelsonBackup of this namespace, or a stored object named directly. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.name) != (has(self.store) && has(self.key))",
    message = "either name, or store and key must be set")
public record BackupSource(
    @JsonPropertyDescription("Name of a KeelsonBackup.") @Nullable String name,
    @JsonPropertyDescription("Where the object is.") @Nullable BackupStore store,
    @JsonPropertyDescription("Its key in the bucket, or its path on the claim.")
        @Nullable String key) {}
