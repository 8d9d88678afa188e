package dev.keelson.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a claim tells. */
final class DiskReaderTest {
  private static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");

  private static PersistentVolumeClaim claim(String phase) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withName("data-demo-1")
        .withCreationTimestamp(MADE.toString())
        .endMetadata()
        .withNewStatus()
        .withPhase(phase)
        .endStatus()
        .build();
  }

  @Test
  void aDiskThatStaysUnboundIsTrouble() {
    assertThat(DiskReader.trouble(claim("Pending"), MADE.plusSeconds(20)))
        .isEqualTo("is not bound to a volume; kubectl describe pvc data-demo-1");
  }

  @Test
  void aYoungOneHasTimeAndABoundOneIsFine() {
    assertThat(DiskReader.trouble(claim("Pending"), MADE.plusSeconds(19))).isNull();
    assertThat(DiskReader.trouble(claim("Bound"), MADE.plusSeconds(2_000))).isNull();
  }
}
