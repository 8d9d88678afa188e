package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** How a change of image or settings reaches the members. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UpgradeSpec(
    @Default("Rolling")
        @JsonPropertyDescription(
            "Rolling restarts one member after another, the leader last; Paused restarts none.")
        UpgradeStrategy strategy,
    @Default("600")
        @Min(30)
        @Max(86400)
        @JsonPropertyDescription(
            "Seconds after which a restarted member that does not come back is called stuck.")
        Integer maxStepSeconds) {
  /** Fills in the defaults of the schema. */
  public UpgradeSpec {
    strategy = strategy == null ? UpgradeStrategy.Rolling : strategy;
    maxStepSeconds = maxStepSeconds == null ? 600 : maxStepSeconds;
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static UpgradeSpec defaults() {
    return new UpgradeSpec(null, null);
  }
}
