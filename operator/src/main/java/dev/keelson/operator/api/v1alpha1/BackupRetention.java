package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;

/**
 * Which backups are kept: one is pruned only if no rule keeps it, and the newest verified one
 * never.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupRetention(
    @Default("7") @Min(1) @JsonPropertyDescription("The newest, so many; of failed ones too.")
        Integer keepLast,
    @Default("0") @Min(0) @JsonPropertyDescription("The last of each day, for so many days.")
        Integer daily,
    @Default("0") @Min(0) @JsonPropertyDescription("The last of each week, for so many weeks.")
        Integer weekly,
    @Default("0") @Min(0) @JsonPropertyDescription("The last of each month, for so many months.")
        Integer monthly) {
  /** Fills in the defaults of the schema. */
  public BackupRetention {
    keepLast = keepLast == null ? 7 : keepLast;
    daily = daily == null ? 0 : daily;
    weekly = weekly == null ? 0 : weekly;
    monthly = monthly == null ? 0 : monthly;
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static BackupRetention defaults() {
    return new BackupRetention(null, null, null, null);
  }
}
