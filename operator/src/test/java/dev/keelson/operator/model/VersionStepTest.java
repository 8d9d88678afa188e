package dev.keelson.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which versions members are given. */
final class VersionStepTest {
  private static final Images IMAGES = new Images("keelson", "0.2.0");

  private static KeelsonCluster cluster(String spec, @Nullable String ran) {
    String status = ran == null ? "{}" : "{'serverVersion': '" + ran + "'}";
    return Serialization.unmarshal(
        """
        {"apiVersion": "keelson.dev/v1alpha1", "kind": "KeelsonCluster",
         "metadata": {"name": "demo", "namespace": "ns", "uid": "u-1"}, "spec": %s, "status": %s}"""
            .formatted(spec, status)
            .replace('\'', '"'),
        KeelsonCluster.class);
  }

  @ParameterizedTest
  @CsvSource({"1.2.3,1.2.3", "1.2.3,1.2.4", "1.2.3,1.3.0", "1.9.0,1.10.1", ",0.0.1", "edge,1.0.0"})
  void theSameOrTheNextMinorVersionMayFollow(@Nullable String ran, String wanted) {
    assertThat(VersionStep.refusal(ran, wanted)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.3,1.2.2,downgrade",
    "1.2.3,1.1.9,downgrade",
    "2.0.0,1.9.9,downgrade",
    "1.10.0,1.9.0,downgrade",
    "1.2.3,1.4.0,more than one minor",
    "1.2.3,2.0.0,more than one minor",
    "1.2.3,2.2.3,more than one minor"
  })
  void noOtherMay(String ran, String wanted, String why) {
    assertThat(VersionStep.refusal(ran, wanted)).contains(why, "stay at " + ran);
  }

  @Test
  void membersStayAtTheVersionTheyRanWhileTheOneWantedIsRefused() {
    KeelsonCluster refused = cluster("{'version': '0.5.0'}", "0.3.1");
    assertThat(IMAGES.refusal(refused)).isNotNull();
    assertThat(IMAGES.of(refused)).isEqualTo("keelson:0.3.1");
    KeelsonCluster allowed = cluster("{'version': '0.4.0'}", "0.3.1");
    assertThat(IMAGES.refusal(allowed)).isNull();
    assertThat(IMAGES.of(allowed)).isEqualTo("keelson:0.4.0");
  }

  @Test
  void anOlderOperatorDoesNotTakeMembersBack() {
    assertThat(IMAGES.of(cluster("{}", "0.3.0"))).isEqualTo("keelson:0.3.0");
    assertThat(IMAGES.of(cluster("{}", "0.1.9"))).isEqualTo("keelson:0.2.0");
    assertThat(IMAGES.of(cluster("{}", null))).isEqualTo("keelson:0.2.0");
  }

  @Test
  void anImageThatIsNamedIsTheOneWhoNamesItAnswersFor() {
    KeelsonCluster named = cluster("{'image': 'mine:1', 'version': '0.1.0'}", "0.3.0");
    assertThat(IMAGES.of(named)).isEqualTo("mine:1");
    assertThat(IMAGES.refusal(named)).isNull();
  }
}
