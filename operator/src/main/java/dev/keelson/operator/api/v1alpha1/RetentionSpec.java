package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/** What becomes of disks that are no longer needed. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RetentionSpec(
    @Default("Delete") @JsonPropertyDescription("When a healthy member is removed by scaling down.")
        Retention onScaleDown,
    @Default("Retain") @JsonPropertyDescription("When the cluster resource is deleted.")
        Retention onDelete) {
  /** Fills in the defaults of the schema. */
  public RetentionSpec {
    onScaleDown = onScaleDown == null ? Retention.Delete : onScaleDown;
    onDelete = onDelete == null ? Retention.Retain : onDelete;
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static RetentionSpec defaults() {
    return new RetentionSpec(null, null);
  }
}
