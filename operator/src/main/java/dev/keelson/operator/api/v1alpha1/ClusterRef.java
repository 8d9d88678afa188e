package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A KeelsonCluster in the same namespace. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClusterRef(
    @Required
        @Size(min = 1, max = 253)
        @PrinterColumn(name = "CLUSTER")
        @JsonPropertyDescription("Name of the cluster.")
        String name) {}
