package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the members' Pods are made. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.labels) || self.labels.all(k, !k.startsWith('keelson.dev/') &&"
            + " !k.startsWith('app.kubernetes.io/'))",
    message = "labels under keelson.dev/ and app.kubernetes.io/ belong to the operator")
public record PodSpec(
    @JsonPropertyDescription("Requests and limits of the server container.")
        @Nullable ResourceRequirements resources,
    @JsonPropertyDescription("Replaces the affinity that antiAffinity would make.")
        @Nullable Affinity affinity,
    @Default("Preferred") @JsonPropertyDescription("How hard members are kept on different nodes.")
        AntiAffinity antiAffinity,
    @JsonPropertyDescription("Taints that members tolerate.") List<Toleration> tolerations,
    @JsonPropertyDescription("Labels that a node must have.") Map<String, String> nodeSelector,
    @JsonPropertyDescription("Replaces the default spread over zones.")
        List<TopologySpreadConstraint> topologySpread,
    @JsonPropertyDescription("Priority class.") @Nullable String priorityClassName,
    @Size(max = 64)
        @JsonPropertyDescription(
            "More labels; keys under keelson.dev/ and app.kubernetes.io/ are the operator's.")
        Map<String, String> labels,
    @JsonPropertyDescription("More annotations.") Map<String, String> annotations) {
  /** Fills in the defaults of the schema. */
  public PodSpec {
    antiAffinity = antiAffinity == null ? AntiAffinity.Preferred : antiAffinity;
    tolerations = tolerations == null ? List.of() : List.copyOf(tolerations);
    nodeSelector =
        nodeSelector == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(nodeSelector));
    topologySpread = topologySpread == null ? List.of() : List.copyOf(topologySpread);
    labels = labels == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(labels));
    annotations =
        annotations == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(annotations));
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static PodSpec defaults() {
    return new PodSpec(null, null, null, null, null, null, null, null, null);
  }
}
