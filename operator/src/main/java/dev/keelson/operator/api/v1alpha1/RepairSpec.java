package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;

/** Replacement of members that lost their disk. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RepairSpec(
    @Default("true") @JsonPropertyDescription("Replace such members without being asked.")
        Boolean enabled,
    @Default("30")
        @Min(0)
        @JsonPropertyDescription("Seconds a disk must be gone before its member is replaced.")
        Integer diskLossGraceSeconds,
    @Default("300")
        @Min(10)
        @JsonPropertyDescription(
            "Seconds a member must have failed to start before it is replaced.")
        Integer crashLoopGraceSeconds) {
  /** Fills in the defaults of the schema. */
  public RepairSpec {
    enabled = enabled == null ? true : enabled;
    diskLossGraceSeconds = diskLossGraceSeconds == null ? 30 : diskLossGraceSeconds;
    crashLoopGraceSeconds = crashLoopGraceSeconds == null ? 300 : crashLoopGraceSeconds;
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static RepairSpec defaults() {
    return new RepairSpec(null, null, null);
  }
}
