package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import org.jspecify.annotations.Nullable;

/** What a person wants of a cluster. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "!has(oldSelf.version) || has(self.version)",
    message = "version cannot be removed once it is set")
public record ClusterSpec(
    @SpecReplicas
        @Default("3")
        @Min(0)
        @Max(9)
        @JsonPropertyDescription(
            "Voting members wanted, 0 to 9. 0 hibernates: every Pod stops, every disk stays, and a"
                + " later number resumes the members as they were.")
        Integer replicas,
    @Default("Warn")
        @JsonPropertyDescription(
            "What to do with an even number, which tolerates no more failures than one fewer:"
                + " Warn keeps it and sets the condition EvenReplicas, RoundDown and RoundUp run the"
                + " odd number beside it.")
        EvenReplicas evenReplicas,
    @Pattern("^[0-9]+\\.[0-9]+\\.[0-9]+$")
        @JsonPropertyDescription(
            "Server version, as major.minor.patch; the operator's own version if left out.")
        @Nullable String version,
    @JsonPropertyDescription("Full image reference; overrides the one that version implies.")
        @Nullable String image,
    @Default("{}") @JsonPropertyDescription("The members' disks.") StorageSpec storage,
    @Default("{}") @JsonPropertyDescription("How the members' Pods are made.") PodSpec pod,
    @Default("{}") @JsonPropertyDescription("Server settings.") ConfigSpec config,
    @Default("{}") @JsonPropertyDescription("Encryption of client and peer connections.")
        TlsSpec tls,
    @Default("{}") @JsonPropertyDescription("Limits of a change of membership.")
        MembershipSpec membership,
    @Default("{}") @JsonPropertyDescription("Replacement of members that lost their disk.")
        RepairSpec repair,
    @Default("{}") @JsonPropertyDescription("The Service that clients connect to.")
        ServiceSpec service,
    @Default("{}") @JsonPropertyDescription("Users and roles of the store.") AuthSpec auth,
    @Default("{}") @JsonPropertyDescription("What a new cluster begins with.")
        BootstrapSpec bootstrap,
    @Default("{}") @JsonPropertyDescription("How a change of image or settings is rolled out.")
        UpgradeSpec upgrade,
    @Default("{}") @JsonPropertyDescription("What to do when the quorum is lost for good.")
        RecoverySpec recovery,
    @Default("{}") @JsonPropertyDescription("What is expected of backups.") BackupGoal backup,
    @Default("false")
        @JsonPropertyDescription("Keep the cluster running even when its resource is deleted.")
        Boolean deletionProtection,
    @Default("false")
        @JsonPropertyDescription(
            "Stop all changes by the operator; the status is still kept up to date.")
        Boolean paused) {

  /** Fills in the defaults of the schema. */
  public ClusterSpec {
    replicas = replicas == null ? 3 : replicas;
    evenReplicas = evenReplicas == null ? EvenReplicas.Warn : evenReplicas;
    storage = storage == null ? StorageSpec.defaults() : storage;
    pod = pod == null ? PodSpec.defaults() : pod;
    config = config == null ? ConfigSpec.defaults() : config;
    tls = tls == null ? TlsSpec.defaults() : tls;
    membership = membership == null ? MembershipSpec.defaults() : membership;
    repair = repair == null ? RepairSpec.defaults() : repair;
    service = service == null ? ServiceSpec.defaults() : service;
    auth = auth == null ? AuthSpec.defaults() : auth;
    bootstrap = bootstrap == null ? new BootstrapSpec(null) : bootstrap;
    upgrade = upgrade == null ? UpgradeSpec.defaults() : upgrade;
    recovery = recovery == null ? RecoverySpec.defaults() : recovery;
    backup = backup == null ? new BackupGoal(null) : backup;
    deletionProtection = deletionProtection != null && deletionProtection;
    paused = paused != null && paused;
  }

  /** The specification of a resource whose {@code spec} is empty. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  public static ClusterSpec defaults() {
    return new ClusterSpec(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        null, null, null);
  }
}
