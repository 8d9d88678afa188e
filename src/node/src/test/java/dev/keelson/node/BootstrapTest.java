package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private static final String FIRST = "http://127.0.0.1:2380";
  private static final String SECOND = "http://127.0.0.1:2390";

  private static Identity found(String name, Map<String, List<String>> members, boolean named) {
    MemberSettings plain = MemberSettings.standalone(Path.of("unused"));
    MemberSettings.Cluster cluster = plain.cluster();
    return Bootstrap.found(
        plain.of(
            name,
            Objects.requireNonNull(members.get(name)),
            plain.clientUrls(),
            new MemberSettings.Cluster(
                new TreeMap<>(members),
                named,
                "token",
                cluster.exists(),
                cluster.forceNew(),
                cluster.strictReconfiguration(),
                cluster.learnersMax(),
                cluster.promoteLearners(),
                cluster.advanceElection(),
                cluster.checks())));
  }

  @Test
  void whereEachKnowsOnlyItsOwnNameAllLogsBeginAlike() {
    Identity one = found("m1", Map.of("m1", List.of(FIRST), "0", List.of(SECOND)), false);
    Identity two = found("m2", Map.of("0", List.of(FIRST), "m2", List.of(SECOND)), false);
    assertThat(Bootstrap.firstEntries(one.founders()))
        .usingRecursiveComparison()
        .isEqualTo(Bootstrap.firstEntries(two.founders()));
    assertThat(one.clusterId()).isEqualTo(two.clusterId());
    assertThat(one.memberId())
        .isEqualTo(ClusterIds.member(List.of(FIRST), "token"))
        .isNotEqualTo(two.memberId());
  }

  @Test
  void namesThatAllKnowAreInTheLogFromTheStart() {
    assertThat(found("m1", Map.of("m1", List.of(FIRST), "m2", List.of(SECOND)), true).founders())
        .extracting(member -> member.getMemberAttributes().getName())
        .containsExactlyInAnyOrder("m1", "m2");
  }
}
