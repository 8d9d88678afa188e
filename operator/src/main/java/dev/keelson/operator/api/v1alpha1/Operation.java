package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one change of membership that is under way; written before each outside step, so that an
 * operator that starts anew goes on from here.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Operation(
    @Required @JsonPropertyDescription("What it is for.") OperationType type,
    @Required
        @JsonPropertyDescription("Serial numbers of the members it adds or removes, in order.")
        List<Long> serials,
    @Required @JsonPropertyDescription("How far it is.") OperationStep step,
    @Required @JsonPropertyDescription("When it began, RFC 3339.") String startedAt,
    @JsonPropertyDescription("When the present step ends or is given up, RFC 3339.")
        @Nullable String deadline,
    @Default("0") @JsonPropertyDescription("Attempts that were rolled back before this one.")
        Integer attempts,
    @JsonPropertyDescription("What the last attempt failed with.") @Nullable String lastError) {
  /** Fills in the defaults of the schema. */
  public Operation {
    attempts = attempts == null ? 0 : attempts;
  }
}
