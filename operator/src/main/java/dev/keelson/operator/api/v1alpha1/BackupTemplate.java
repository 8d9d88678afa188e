package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;

/** What each backup of a schedule is made from. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupTemplate(
    @Required @JsonPropertyDescription("Where to.") BackupStore store,
    @Default("Restore") @JsonPropertyDescription("How it is checked.") Verification verify,
    @Default("Delete") @JsonPropertyDescription("What pruning a backup does to the stored object.")
        DeletionPolicy deletionPolicy) {
  /** Fills in the defaults of the schema. */
  public BackupTemplate {
    verify = verify == null ? Verification.Restore : verify;
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.Delete : deletionPolicy;
  }
}
