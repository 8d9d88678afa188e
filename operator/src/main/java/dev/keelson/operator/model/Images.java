package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.ClusterSpec;

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

  /** {@code spec.image}, or the repository's image of {@code spec.version}. */
  public String of(ClusterSpec spec) {
    if (spec.image() != null) {
      return spec.image();
    }
    return repository + ":" + (spec.version() == null ? version : spec.version());
  }
}
