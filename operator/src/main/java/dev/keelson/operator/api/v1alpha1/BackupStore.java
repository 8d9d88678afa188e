package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where a backup goes: exactly one of the two. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.s3) != has(self.pvc)",
    message = "exactly one of s3 and pvc must be set")
public record BackupStore(
    @JsonPropertyDescription("A bucket.") @Nullable S3Store s3,
    @JsonPropertyDescription("A claim.") @Nullable PvcStore pvc) {}
