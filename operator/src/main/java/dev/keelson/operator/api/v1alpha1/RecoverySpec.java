package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A person's request to go on after the quorum was lost for good. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.mode == 'None' || (has(self.confirmClusterID) && has(self.number))",
    message =
        "a recovery needs confirmClusterID, which is status.clusterID, and number, which is"
            + " status.recoveries plus one")
public record RecoverySpec(
    @Default("None")
        @JsonPropertyDescription(
            "FromMember makes one member a cluster of its own, with what it knows to be committed;"
                + " the others are given up and new ones join. Only acted on while the quorum is"
                + " lost.")
        RecoveryMode mode,
    @Pattern("^[a-z][-a-z0-9]*-[1-9][0-9]{0,17}$")
        @JsonPropertyDescription(
            "The member to go on from. If left out, the one that has applied most, once every"
                + " member that still has a disk has answered.")
        @Nullable String member,
    @Pattern("^[0-9a-f]{1,16}$")
        @JsonPropertyDescription("status.clusterID, to show that this cluster is meant.")
        @Nullable String confirmClusterID,
    @Min(1)
        @JsonPropertyDescription(
            "status.recoveries plus one, so that a request counts for one loss only.")
        @Nullable Integer number) {
  /** Fills in the defaults of the schema. */
  public RecoverySpec {
    mode = mode == null ? RecoveryMode.None : mode;
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static RecoverySpec defaults() {
    return new RecoverySpec(null, null, null, null);
  }
}
