package dev.keelson.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.member.ClusterView;
import dev.keelson.operator.member.ListedMember;
import dev.keelson.operator.member.MemberState;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a cluster needs no pass, and what ends that. */
final class RestingClustersTest {
  private static final Instant START = Instant.parse("2026-11-23T00:00:00Z");
  private static final ResourceID ID = new ResourceID("demo", "default");

  private Instant now = START;
  private @Nullable ClusterView answer = view(1, 7, 100);
  private final RestingClusters resting =
      new RestingClusters(
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now;
            }
          });

  private static ClusterView view(long leader, long revision, long applied) {
    MemberState state =
        new MemberState(1, 1, leader, false, "3.6.14", applied, applied, revision, 4096, List.of());
    return new ClusterView(1, List.of(new ListedMember(1, "demo-1", List.of(), false, state)));
  }

  private static KeelsonCluster cluster(String version, String spec) {
    return cluster(version, spec, "phase: Running");
  }

  private static KeelsonCluster cluster(String version, String spec, String status) {
    return Serialization.unmarshal(
            """
            apiVersion: keelson.dev/v1alpha1
            kind: KeelsonCluster
            metadata: {name: demo, namespace: default, uid: u, resourceVersion: '%s'}
            spec: {%s}
            status: {%s}
            """
                .formatted(version, spec, status),
            KeelsonCluster.class)
        .filled();
  }

  private void rests(String spec, @Nullable Instant due) {
    resting.rests(cluster("5", spec), resting.touches(ID), view(1, 7, 100), () -> answer, due);
  }

  private @Nullable Duration pause() {
    return resting.pause(cluster("5", ""));
  }

  @Test
  void whatRestsIsLeftAloneWhileItsMembersAnswerTheSame() {
    assertThat(pause()).as("never looked at").isNull();
    rests("", null);
    assertThat(pause()).isEqualTo(Duration.ofSeconds(30));
    answer = view(1, 7, 200);
    assertThat(pause()).as("only the log went on").isEqualTo(Duration.ofSeconds(30));
    assertThat(resting.pause(cluster("6", ""))).as("the resource has changed").isNull();
    assertThat(pause()).as("until a pass has looked").isNull();
  }

  @Test
  void anotherAnswerOrNoneNeedsAPass() {
    rests("", null);
    answer = view(0, 7, 100);
    assertThat(pause()).as("no leader").isNull();
    rests("", null);
    answer = view(1, 8, 100);
    assertThat(pause()).as("a write").isNull();
    rests("", null);
    answer = null;
    assertThat(pause()).as("silence").isNull();
  }

  @Test
  void anObjectThatChangesNeedsAPassAlsoWhenItDidDuringTheLastOne() {
    rests("", null);
    resting.touched(ID);
    assertThat(pause()).isNull();
    long before = resting.touches(ID);
    resting.touched(ID);
    resting.rests(cluster("5", ""), before, view(1, 7, 100), () -> answer, null);
    assertThat(pause()).isNull();
    resting.touched(new ResourceID("other", "default"));
    rests("", null);
    assertThat(pause()).isNotNull();
  }

  @Test
  void whatIsDueAndTimeItselfNeedAPass() {
    rests("", START.plusSeconds(10));
    assertThat(pause()).isEqualTo(Duration.ofSeconds(10));
    now = START.plusSeconds(10);
    assertThat(pause()).isNull();
    rests("", null);
    now = now.plusSeconds(299);
    assertThat(pause()).isNotNull();
    now = now.plusSeconds(1);
    assertThat(pause()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tls: {mode: CertManager, issuerRef: {name: i}}",
        "tls: {mode: Secret, serverSecretName: s, peerSecretName: p}",
        "auth: {enabled: true, rootSecretRef: mine}"
      })
  void whoeverReliesOnSecretsOfOthersIsLookedAtWhole(String spec) {
    rests(spec, null);
    assertThat(pause()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"phase: Degraded", "phase: Changing", ""})
  void whatIsNotWellIsLookedAtWhole(String status) {
    resting.rests(cluster("5", "", status), 0, view(1, 7, 100), () -> answer, null);
    assertThat(pause()).isNull();
  }

  @Test
  void aBackupThatGetsTooOldIsNoticedInTime() {
    String status = "phase: Running, backup: {lastVerified: '" + START + "'}";
    KeelsonCluster cluster = cluster("5", "backup: {maxAgeSeconds: 60}", status);
    resting.rests(cluster, 0, view(1, 7, 100), () -> answer, null);
    now = START.plusSeconds(60);
    assertThat(pause()).isNotNull();
    now = START.plusSeconds(61);
    assertThat(pause()).isNull();
  }
}
