package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** The members' disks: one PersistentVolumeClaim each. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(oldSelf.size) || !has(self.size) ||"
            + " quantity(string(self.size)).compareTo(quantity(string(oldSelf.size))) >= 0",
    message = "a disk can grow but not shrink")
@ValidationRule(
    value =
        "has(self.storageClassName) == has(oldSelf.storageClassName) &&"
            + " (!has(self.storageClassName) || self.storageClassName =="
            + " oldSelf.storageClassName)",
    message = "storageClassName cannot be changed")
public record StorageSpec(
    @Default("10Gi") @JsonPropertyDescription("Size of each disk; it can grow, not shrink.")
        Quantity size,
    @JsonPropertyDescription(
            "Storage class; the default class of the cluster if left out. Fixed once set.")
        @Nullable String storageClassName,
    @Default("{}") @JsonPropertyDescription("What becomes of disks that are no longer needed.")
        RetentionSpec retention) {
  /** Fills in the defaults of the schema. */
  public StorageSpec {
    size = size == null ? Quantity.parse("10Gi") : size;
    retention = retention == null ? RetentionSpec.defaults() : retention;
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static StorageSpec defaults() {
    return new StorageSpec(null, null, null);
  }
}
