package dev.keelson.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.ClusterPhase;
import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.model.membership.MemberView;
import dev.keelson.operator.model.membership.Membership;
import dev.keelson.operator.model.membership.Observation;
import dev.keelson.operator.model.membership.PodState;
import dev.keelson.operator.model.membership.PodView;
import dev.keelson.operator.model.membership.WaitReason;
import dev.keelson.operator.model.membership.Wanted;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a situation is said to mean. */
final class ClusterConditionsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T00:00:00Z");

  private static ClusterSpec spec(String json) {
    return Serialization.unmarshal(json.replace('\'', '"'), ClusterSpec.class);
  }

  private static Observation seen(ClusterSpec spec, boolean quorum) {
    TreeMap<Long, PodView> pods = new TreeMap<>();
    pods.put(1L, new PodView(PodState.READY, true, false, false, "a", NOW));
    MemberView member = new MemberView(1, false, true, true, true, 7, NOW);
    return new Observation(
        Wanted.of(spec),
        1,
        4,
        "cafe",
        null,
        quorum ? new Membership("cafe", List.of(member)) : null,
        pods,
        new TreeMap<>(),
        new TreeMap<>(),
        null,
        NOW);
  }

  private static List<Condition> of(
      ClusterSpec spec, boolean quorum, @Nullable WaitReason waiting, @Nullable String verified) {
    return ClusterConditions.of(
        spec, 3, List.of(), new Situation(seen(spec, quorum), waiting, verified, List.of()));
  }

  private static Condition find(List<Condition> conditions, String type) {
    return conditions.stream().filter(c -> type.equals(c.getType())).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void everyExitSaysEverythingForItsGeneration(WaitReason waiting) {
    List<Condition> conditions = of(spec("{}"), true, waiting, null);
    assertThat(conditions)
        .extracting(Condition::getType)
        .contains(
            "Available",
            "QuorumHealthy",
            "Progressing",
            "Degraded",
            "EvenReplicas",
            "CertificatesValid",
            "StorageResizing",
            "ConfigApplied",
            "Paused",
            "Hibernated")
        .doesNotHaveDuplicates();
    assertThat(conditions)
        .allSatisfy(
            condition -> {
              assertThat(condition.getObservedGeneration()).isEqualTo(3);
              assertThat(condition.getReason()).matches("[A-Za-z]+");
              assertThat(condition.getMessage()).isNotBlank();
            });
  }

  @Test
  void aLostQuorumSaysWhatAPersonCanDo() {
    List<Condition> conditions = of(spec("{}"), false, WaitReason.QUORUM_LOST, null);
    Condition available = find(conditions, "Available");
    assertThat(available.getStatus()).isEqualTo("False");
    assertThat(available.getReason()).isEqualTo("QuorumLost");
    assertThat(available.getMessage())
        .contains("Nothing is touched", "confirmClusterID: \"cafe\"", "number: 5", "from a backup");
  }

  @Test
  void aRecoveryThatIsRefusedSaysWhy() {
    ClusterSpec spec =
        spec("{'recovery': {'mode': 'FromMember', 'confirmClusterID': 'cafe', 'number': 1}}");
    List<Condition> old = of(spec, false, WaitReason.QUORUM_LOST, null);
    assertThat(find(old, "Available").getReason()).isEqualTo("QuorumLost");
    ClusterSpec wrong =
        spec("{'recovery': {'mode': 'FromMember', 'confirmClusterID': 'beef', 'number': 5}}");
    List<Condition> conditions = of(wrong, false, WaitReason.RECOVERY_REFUSED, null);
    assertThat(find(conditions, "Progressing").getReason()).isEqualTo("RecoveryRefused");
    assertThat(find(conditions, "Progressing").getMessage()).contains("is not cafe");
    assertThat(
            ClusterConditions.phase(
                new Situation(seen(wrong, false), WaitReason.RECOVERY_REFUSED, null, List.of()),
                conditions))
        .isEqualTo(ClusterPhase.QuorumLost);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-01T23:59:00Z,True,Fresh",
    "2026-01-01T23:00:00Z,True,Fresh",
    "2026-01-01T22:59:59Z,False,TooOld",
    ",False,NoVerifiedBackup"
  })
  void backupsAreFreshWhileTheLastVerifiedOneIsYoungEnough(
      @Nullable String verified, String status, String reason) {
    List<Condition> conditions =
        of(spec("{'backup': {'maxAgeSeconds': 3600}}"), true, WaitReason.STEADY, verified);
    assertThat(find(conditions, "BackupFresh").getStatus()).isEqualTo(status);
    assertThat(find(conditions, "BackupFresh").getReason()).isEqualTo(reason);
  }

  @Test
  void nothingIsSaidOfBackupsThatNobodyAskedFor() {
    assertThat(of(spec("{}"), true, WaitReason.STEADY, null))
        .extracting(Condition::getType)
        .doesNotContain("BackupFresh");
  }

  @ParameterizedTest
  @CsvSource({
    "2,Warn,True",
    "2,RoundUp,False",
    "4,RoundDown,False",
    "3,Warn,False",
    "0,Warn,False"
  })
  void anEvenNumberOfVotersIsWarnedOf(int replicas, String rule, String status) {
    ClusterSpec spec = spec("{'replicas': %d, 'evenReplicas': '%s'}".formatted(replicas, rule));
    assertThat(find(of(spec, true, WaitReason.STEADY, null), "EvenReplicas").getStatus())
        .isEqualTo(status);
  }

  @Test
  void aVersionThatMayNotFollowShowsInConfigApplied() {
    ClusterSpec spec = spec("{}");
    Problem problem = new Problem(ClusterConditions.CONFIG_APPLIED, "VersionRefused", "why");
    List<Condition> conditions =
        ClusterConditions.of(
            spec,
            3,
            List.of(),
            new Situation(seen(spec, true), WaitReason.STEADY, null, List.of(problem)));
    assertThat(find(conditions, "ConfigApplied").getStatus()).isEqualTo("False");
    assertThat(find(conditions, "ConfigApplied").getReason()).isEqualTo("VersionRefused");
  }
}
