package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemberFlagsTest {
  @Test
  void aLoneMemberNeedsNothingButADirectory() {
    MemberSettings settings = MemberFlags.parse("--data-dir", "d").settings();
    assertThat(settings.name()).isEqualTo("default");
    assertThat(settings.walDir()).hasToString("d/wal");
    assertThat(settings.cluster().initialMembers())
        .isEqualTo(Map.of("default", List.of("http://127.0.0.1:2380")));
    assertThat(settings.fsync()).isTrue();
  }

  @Test
  void theLastOfTwoCounts() {
    MemberFlags flags =
        MemberFlags.parse(
            "--name",
            "one",
            "--initial-cluster",
            "one=http://a:1",
            "--name",
            "two",
            "--initial-cluster",
            "two=http://b:1,two=http://b:2,three=http://c:3",
            "--initial-cluster-state",
            "existing",
            "--election-timeout",
            "500",
            "--wal-segment-bytes",
            "65536",
            "--strict-reconfig-check",
            "false");
    MemberSettings settings = flags.settings();
    assertThat(settings.name()).isEqualTo("two");
    assertThat(settings.electionMillis()).isEqualTo(500);
    assertThat(settings.cluster().exists()).isTrue();
    assertThat(settings.cluster().strictReconfiguration()).isFalse();
    assertThat(settings.cluster().initialMembers())
        .isEqualTo(
            Map.of("two", List.of("http://b:1", "http://b:2"), "three", List.of("http://c:3")));
    assertThat(flags.walOptions().segmentBytes()).isEqualTo(65536);
    assertThat(flags.walOptions().firstSegmentBytes()).isEqualTo(65536);
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThatThrownBy(() -> MemberFlags.parse("--nmae", "one")).hasMessageContaining("--nmae");
    assertThatThrownBy(() -> MemberFlags.parse("--name")).hasMessageContaining("--name");
    assertThatThrownBy(() -> MemberFlags.parse("--election-timeout", "long").settings())
        .hasMessageContaining("--election-timeout long");
    assertThatThrownBy(() -> MemberFlags.parse("--initial-cluster", "m1").settings())
        .hasMessageContaining("m1");
  }
}
