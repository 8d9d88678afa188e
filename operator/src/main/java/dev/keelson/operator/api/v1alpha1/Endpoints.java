package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** Where clients connect. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Endpoints(
    @Required @JsonPropertyDescription("URL of the client Service.") String client,
    @Required @JsonPropertyDescription("Domain under which each member has its own name.")
        String headless,
    @JsonPropertyDescription("Secret with all that a client needs.") @Nullable String secretRef) {}
