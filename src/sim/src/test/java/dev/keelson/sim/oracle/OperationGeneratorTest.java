package dev.keelson.sim.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OperationGeneratorTest {
  @Test
  void sameSeedGivesTheSameSequence() {
    List<String> five = sequence(5, Set.of());
    assertThat(sequence(5, Set.of())).isEqualTo(five);
    assertThat(sequence(6, Set.of())).isNotEqualTo(five);
  }

  @Test
  void callsEveryServiceUnlessLeftOut() {
    assertThat(String.join("\n", sequence(1, Set.of())))
        .contains("Range {")
        .contains("Put {")
        .contains("DeleteRange {")
        .contains("request_txn {")
        .contains("Compact {")
        .contains("LeaseKeepAlive {")
        .contains("progress_request")
        .contains("HashKV {")
        .contains("MemberRemove {")
        .contains("RoleGrantPermission {")
        .contains("Campaign {");
    assertThat(String.join("\n", sequence(1, EnumSet.allOf(Service.class))))
        .doesNotContain("MemberRemove {")
        .doesNotContain("RoleGrantPermission {")
        .doesNotContain("Campaign {")
        .doesNotContain("Downgrade {");
  }

  private static List<String> sequence(long seed, Set<Service> leftOut) {
    OperationGenerator generator = new OperationGenerator(seed, leftOut);
    List<String> sequence = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      sequence.add(generator.next().describe());
    }
    return sequence;
  }
}
