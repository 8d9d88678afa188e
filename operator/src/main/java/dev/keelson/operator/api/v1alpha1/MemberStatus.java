package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** One member as last seen. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MemberStatus(
    @Required @JsonPropertyDescription("Name, also of its Pod and the end of its disk's.")
        String name,
    @Required @JsonPropertyDescription("Serial number, never used twice.") Long serial,
    @JsonPropertyDescription("Member ID in hexadecimal; absent until it was added.")
        @Nullable String id,
    @Required
        @Pattern("^(Joining|Learner|Voter|Leader)$")
        @JsonPropertyDescription("Part it plays.")
        String role,
    @Required @JsonPropertyDescription("Whether it answered.") Boolean healthy,
    @Required @JsonPropertyDescription("Since when role and health are as they are, RFC 3339.")
        String since) {}
