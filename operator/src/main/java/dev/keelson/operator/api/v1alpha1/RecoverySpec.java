package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What a person decides when a majority of disks is lost for good. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.mode != 'FromMember' || (has(self.member) && has(self.confirmClusterID))",
    message = "mode FromMember needs member and confirmClusterID")
public record RecoverySpec(
    @Default("None") @JsonPropertyDescription("What to do.") RecoveryMode mode,
    @JsonPropertyDescription("The member whose data the cluster goes on with, by name.")
        @Nullable String member,
    @Pattern("^[0-9a-f]{1,16}$")
        @JsonPropertyDescription(
            "The cluster ID as the status shows it; nothing is done unless it is the same.")
        @Nullable String confirmClusterID) {
  /** Fills in the defaults of the schema. */
  public RecoverySpec {
    mode = mode == null ? RecoveryMode.None : mode;
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static RecoverySpec defaults() {
    return new RecoverySpec(null, null, null);
  }
}
