package dev.keelson.operator.reconcile;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.jspecify.annotations.Nullable;

/** What {@code keelson backup} says at its end, as its Pod's termination message. */
@JsonIgnoreProperties(ignoreUnknown = true)
record BackupResult(
    @Nullable String status,
    @Nullable String reason,
    @Nullable String message,
    @Nullable String location,
    @Nullable Long revision,
    @Nullable Long sizeBytes,
    @Nullable String sha256,
    @Nullable Boolean verified) {
  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  /** Whether the attempt that said so stored a backup. */
  boolean isSuccess() {
    return "Succeeded".equals(status);
  }

  /** Null if the text is no such message. */
  static @Nullable BackupResult read(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return null;
    }
    try {
      return JSON.unmarshal(text, BackupResult.class);
    } catch (KubernetesClientException | IllegalArgumentException other) {
      return null;
    }
  }
}
