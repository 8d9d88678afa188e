package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** A directory on an existing claim. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PvcStore(
    @Required @JsonPropertyDescription("PersistentVolumeClaim in the same namespace.")
        String claimName,
    @JsonPropertyDescription("Directory in it.") @Nullable String subPath) {}
