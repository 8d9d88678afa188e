package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The Service that clients connect to. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServiceSpec(
    @Default("ClusterIP") @JsonPropertyDescription("How it is published.") ServiceType type,
    @JsonPropertyDescription("Annotations of the Service.") Map<String, String> annotations) {
  /** Fills in the defaults of the schema. */
  public ServiceSpec {
    type = type == null ? ServiceType.ClusterIP : type;
    annotations =
        annotations == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(annotations));
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static ServiceSpec defaults() {
    return new ServiceSpec(null, null);
  }
}
