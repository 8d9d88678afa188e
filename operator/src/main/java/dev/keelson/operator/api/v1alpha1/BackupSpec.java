package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** What to back up, where to, and how it is checked. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "self == oldSelf", message = "a backup cannot be changed; make another one")
public record BackupSpec(
    @Required @JsonPropertyDescription("The cluster.") ClusterRef clusterRef,
    @Required @JsonPropertyDescription("Where to.") BackupStore store,
    @Default("Restore") @JsonPropertyDescription("How it is checked.") Verification verify,
    @Default("Retain")
        @JsonPropertyDescription("What deleting this resource does to the stored backup.")
        DeletionPolicy deletionPolicy) {
  /** Fills in the defaults of the schema. */
  public BackupSpec {
    verify = verify == null ? Verification.Restore : verify;
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
  }
}
