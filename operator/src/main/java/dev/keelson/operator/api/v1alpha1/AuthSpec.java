package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import org.jspecify.annotations.Nullable;

/** Users and roles of the store. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuthSpec(
    @Default("false")
        @JsonPropertyDescription(
            "Turn authentication on; turning it off again is left to a person.")
        Boolean enabled,
    @JsonPropertyDescription(
            "Secret with the key password for the user root; made with a random one if left out. A"
                + " new password in it is set in the cluster.")
        @Nullable String rootSecretRef) {
  /** Fills in the defaults of the schema. */
  public AuthSpec {
    enabled = enabled != null && enabled;
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static AuthSpec defaults() {
    return new AuthSpec(null, null);
  }
}
