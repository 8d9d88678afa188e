package dev.keelson.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.model.backup.BackupJobs;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackupJobReaderTest {
  private static final String FAILED = "{\"status\":\"Failed\",\"message\":\"no snapshot\"}";
  private static final String STORED = "{\"status\":\"Succeeded\",\"location\":\"s3://b/one\"}";

  private static Pod pod(String created, @Nullable String message) {
    return new PodBuilder()
        .withNewMetadata()
        .withCreationTimestamp(created)
        .endMetadata()
        .withNewStatus()
        .addNewContainerStatus()
        .withName(BackupJobs.CONTAINER)
        .withNewState()
        .withNewTerminated()
        .withMessage(message)
        .endTerminated()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  /** The Job is complete before its last Pod's message is there; the first attempt left one. */
  @Test
  void whatAFailedAttemptSaidIsNoResultOfAJobThatSucceeded() {
    Pod first = pod("2026-11-22T22:28:54Z", FAILED);
    assertThat(
            BackupJobReader.newest(
                List.of(first, pod("2026-11-22T22:29:27Z", null)), BackupResult::isSuccess))
        .isNull();
    BackupResult result =
        BackupJobReader.newest(
            List.of(first, pod("2026-11-22T22:29:27Z", STORED)), BackupResult::isSuccess);
    assertThat(Objects.requireNonNull(result).location()).isEqualTo("s3://b/one");
  }

  @Test
  void theNewestOfSeveralCounts() {
    BackupResult result =
        BackupJobReader.newest(
            List.of(pod("2026-11-22T22:29:27Z", STORED), pod("2026-11-22T22:28:54Z", FAILED)),
            said -> true);
    assertThat(Objects.requireNonNull(result).isSuccess()).isTrue();
  }
}
