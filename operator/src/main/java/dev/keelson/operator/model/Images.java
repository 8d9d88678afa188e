package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.api.v1alpha1.ClusterStatus;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import org.jspecify.annotations.Nullable;

/**
 * Which image a member runs.
 *
 * @param repository where the server images are, without a tag
 * @param version the version used when a specification names none
 */
public record Images(String repository, String version) {
  /** The image used when nothing else is named. */
  public String standard() {
    return repository + ":" + version;
  }

  /** {@code spec.image}, or the repository's image of {@link #version(KeelsonCluster)}. */
  public String of(KeelsonCluster cluster) {
    String named = cluster.getSpec().image();
    return named == null ? repository + ":" + version(cluster) : named;
  }

  /** The version wanted, or the one that all members ran at last if that may not be followed. */
  public String version(KeelsonCluster cluster) {
    String ran = ran(cluster);
    return ran == null || refusal(cluster) == null ? wanted(cluster.getSpec()) : ran;
  }

  /** Why the version wanted is not run, for a person; null if it is, or if an image is named. */
  public @Nullable String refusal(KeelsonCluster cluster) {
    ClusterSpec spec = cluster.getSpec();
    return spec.image() == null ? VersionStep.refusal(ran(cluster), wanted(spec)) : null;
  }

  private String wanted(ClusterSpec spec) {
    return spec.version() == null ? version : spec.version();
  }

  private static @Nullable String ran(KeelsonCluster cluster) {
    ClusterStatus status = cluster.getStatus();
    return status == null ? null : status.serverVersion();
  }
}
