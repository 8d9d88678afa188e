package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator found and is doing. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClusterStatus(
    @JsonPropertyDescription("Generation of the spec that this status answers.")
        @Nullable Long observedGeneration,
    @PrinterColumn(name = "PHASE") @JsonPropertyDescription("One word for a person.")
        @Nullable ClusterPhase phase,
    @JsonPropertyDescription(
            "Cluster ID in hexadecimal; once set, no member ever starts a new cluster.")
        @Nullable String clusterID,
    @PrinterColumn(name = "VERSION") @JsonPropertyDescription("Version the cluster runs.")
        @Nullable String version,
    @JsonPropertyDescription(
            "Server version that all members ran at last; an upgrade is measured from here.")
        @Nullable String serverVersion,
    @PrinterColumn(name = "LEADER") @JsonPropertyDescription("Name of the leader.")
        @Nullable String leader,
    @StatusReplicas @PrinterColumn(name = "REPLICAS") @JsonPropertyDescription("Member Pods.")
        @Nullable Integer replicas,
    @JsonPropertyDescription("Voting members aimed at, after evenReplicas.")
        @Nullable Integer targetReplicas,
    @PrinterColumn(name = "READY") @JsonPropertyDescription("Member Pods that are ready.")
        @Nullable Integer readyReplicas,
    @PrinterColumn(name = "VOTERS") @JsonPropertyDescription("Voting members.")
        @Nullable Integer voters,
    @JsonPropertyDescription("Learners.") @Nullable Integer learners,
    @LabelSelector @JsonPropertyDescription("Label selector of exactly the member Pods.")
        @Nullable String selector,
    @JsonPropertyDescription("Highest serial number ever given to a member.")
        @Nullable Long lastSerial,
    @JsonPropertyDescription("Requests for a recovery that were answered.")
        @Nullable Integer recoveries,
    @JsonPropertyDescription("Newest revision of the store.") @Nullable Long revision,
    @JsonPropertyDescription("Size of the leader's database in bytes.") @Nullable Long dbSizeBytes,
    @JsonPropertyDescription("The members.") List<MemberStatus> members,
    @JsonPropertyDescription("The change under way.") @Nullable Operation operation,
    @JsonPropertyDescription("Where clients connect.") @Nullable Endpoints endpoints,
    @JsonPropertyDescription("Its backups.") @Nullable BackupSummary backup,
    @JsonPropertyDescription("Conditions, each with the generation it answers.")
        List<Condition> conditions) {
  /** Fills in the defaults of the schema. */
  public ClusterStatus {
    members = members == null ? List.of() : List.copyOf(members);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** The same with other conditions. */
  public ClusterStatus withConditions(List<Condition> others) {
    return new ClusterStatus(
        observedGeneration,
        phase,
        clusterID,
        version,
        serverVersion,
        leader,
        replicas,
        targetReplicas,
        readyReplicas,
        voters,
        learners,
        selector,
        lastSerial,
        recoveries,
        revision,
        dbSizeBytes,
        members,
        operation,
        endpoints,
        backup,
        others);
  }
}
