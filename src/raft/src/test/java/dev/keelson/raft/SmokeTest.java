package dev.keelson.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SmokeTest {
  @Test
  void oneMemberCommitsByItself() {
    TestNetwork network = TestNetwork.of(1);
    network.elect(1);
    network.propose(1, "a", "b");
    network.settle();
    assertThat(network.get(1).applied().index()).isEqualTo(3);
  }

  @Test
  void threeMembersAgree() {
    TestNetwork network = TestNetwork.of(3);
    network.elect(1);
    network.propose(1, "a", "b");
    network.propose(2, "c");
    network.settle();
    assertThat(network.get(1).applied().index()).isEqualTo(4);
    assertThat(network.get(2).applied()).isEqualTo(network.get(1).applied());
    assertThat(network.get(3).applied()).isEqualTo(network.get(1).applied());
  }
}
