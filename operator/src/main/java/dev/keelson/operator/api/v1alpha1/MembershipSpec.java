package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** Limits of a change of membership. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MembershipSpec(
    @Default("600")
        @Min(10)
        @Max(86400)
        @JsonPropertyDescription(
            "Longest time in seconds for a new member to catch up before it is taken back.")
        Integer catchUpSeconds,
    @Default("5")
        @Min(0)
        @Max(300)
        @JsonPropertyDescription(
            "Time in seconds between taking a leaving member out of the client Service and removing it.")
        Integer drainSeconds) {
  /** Fills in the defaults of the schema. */
  public MembershipSpec {
    catchUpSeconds = catchUpSeconds == null ? 600 : catchUpSeconds;
    drainSeconds = drainSeconds == null ? 5 : drainSeconds;
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static MembershipSpec defaults() {
    return new MembershipSpec(null, null);
  }
}
