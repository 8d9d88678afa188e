package dev.keelson.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeCodec;
import dev.keelson.raft.confchange.ConfChangeException;
import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may do what while the membership changes. */
final class MembershipTest {
  private final TestNetwork network = TestNetwork.of(3);

  private static ConfChange joint(ConfChange.Single... steps) {
    return new ConfChange.V2(ConfChange.Transition.JOINT_IMPLICIT, List.of(steps), new byte[0]);
  }

  private static ConfChange.Single step(ConfChange.Type type, long id) {
    return new ConfChange.Single(type, id);
  }

  // The committed change may bind the others already: standing by the old configuration is unsafe.
  @Test
  void nobodyStandsWithACommittedChangeUnapplied() throws Exception {
    network.elect(1);
    network.raft(1).proposeConfChange(ConfChange.single(ConfChange.Type.ADD_LEARNER, 4));
    Member follower = network.get(2);
    Ready ready = network.get(1).takeReady();
    ready.messages().stream().filter(m -> m.to() == 2).forEach(m -> TestNetwork.step(follower, m));
    follower.takeReady();
    follower.completeAppend();
    TestNetwork.step(follower, new Message.Heartbeat(1, 2, 1, 2, 0));
    assertThat(follower.raft.status().commit()).isEqualTo(2);
    follower.raft.campaign();
    assertThat(follower.raft.status().role()).isEqualTo(Role.FOLLOWER);
    network.run(follower);
    follower.raft.campaign();
    assertThat(follower.raft.status().role()).isEqualTo(Role.CANDIDATE);
  }

  @Test
  void aLearnerNeitherStandsNorIsHandedLeadership() throws Exception {
    network.elect(1);
    network.raft(1).proposeConfChange(ConfChange.single(ConfChange.Type.ADD_LEARNER, 3));
    network.settle();
    network.raft(3).campaign();
    assertThat(network.raft(3).status().role()).isEqualTo(Role.FOLLOWER);
    network.raft(1).transferLeadership(3);
    assertThat(network.raft(1).status().transferee()).isZero();
  }

  @Test
  void aLearnersAcknowledgementCommitsNothing() throws Exception {
    network.elect(1);
    network.raft(1).proposeConfChange(ConfChange.single(ConfChange.Type.ADD_LEARNER, 3));
    network.settle();
    network.drop = m -> m.to() == 2;
    network.propose(1, "a");
    network.settle();
    Status status = network.raft(1).status();
    assertThat(status.progress().get(3L)).extracting("match").isEqualTo(3L);
    assertThat(status.commit()).isEqualTo(2);
  }

  // A handover in progress refuses proposals, also the leader's own; it is made up for afterwards.
  @Test
  void aJointConfigurationIsLeftAfterAFailedHandover() throws Exception {
    network.elect(1);
    network.raft(1).proposeConfChange(joint(step(ConfChange.Type.ADD_LEARNER, 3)));
    network.drop = m -> m instanceof Message.TimeoutNow;
    network.raft(1).transferLeadership(2);
    network.settle();
    assertThat(network.raft(1).status().confState().isJoint()).isTrue();
    for (int i = 0; i < 10; i++) {
      network.raft(1).tick();
    }
    network.settle();
    assertThat(network.raft(2).status().confState())
        .isEqualTo(new ConfState(List.of(1L, 2L), List.of(3L), List.of(), List.of(), false));
  }

  @Test
  void aJointConfigurationCommitsByBothMajorities() throws Exception {
    network.elect(1);
    Raft leader = network.raft(1);
    ConfState joint =
        leader.applyConfChange(
            joint(
                step(ConfChange.Type.REMOVE, 2),
                step(ConfChange.Type.REMOVE, 3),
                step(ConfChange.Type.ADD_VOTER, 4),
                step(ConfChange.Type.ADD_VOTER, 5)));
    assertThat(joint.isJoint()).isTrue();
    network.drop = m -> m.to() > 3;
    network.propose(1, "a");
    network.settle();
    assertThat(leader.status().commit()).as("without 4 and 5").isEqualTo(1);
    leader.step(new Message.AppendResponse(4, 1, 1, 2, false, 0, 0));
    assertThat(leader.status().commit()).isEqualTo(2);
  }

  // As etcd does it: the members are the first entries of everyone's log, committed from the start.
  @Test
  void aFreshClusterBeginsWithItsMembersInTheLog() {
    TestNetwork fresh = new TestNetwork();
    for (long id = 1; id <= 3; id++) {
      MemoryLog log = new MemoryLog(ConfState.ofVoters(1L, 2L, 3L));
      List<Entry> members = new ArrayList<>();
      for (long member = 1; member <= 3; member++) {
        byte[] change =
            ConfChangeCodec.encode(ConfChange.single(ConfChange.Type.ADD_VOTER, member));
        members.add(new Entry(1, member, EntryType.CONF_CHANGE, change));
      }
      log.append(members);
      log.setHardState(new HardState(1, 0, 3));
      fresh.add(TestNetwork.plain(id), log);
    }
    fresh.raft(1).campaign();
    assertThat(fresh.raft(1).isLeader()).as("its own membership is not applied yet").isFalse();
    fresh.settle();
    fresh.elect(1);
    assertThat(fresh.raft(1).term()).isEqualTo(2);
    assertThat(fresh.raft(3).leader()).isEqualTo(1);
    assertThat(fresh.raft(3).committed()).isEqualTo(4);
    assertThat(fresh.get(3).applied().confState()).isEqualTo(ConfState.ofVoters(1L, 2L, 3L));
  }

  @Test
  void whatDoesNotFitIsRefusedAndChangesNothing() {
    ConfState before = network.raft(1).status().confState();
    assertThatThrownBy(() -> network.raft(1).applyConfChange(ConfChange.leaveJoint()))
        .isInstanceOf(ConfChangeException.class);
    assertThat(network.raft(1).status().confState()).isEqualTo(before);
    assertThatThrownBy(
            () ->
                Raft.confChange(
                    new Entry(1, 1, EntryType.CONF_CHANGE, "not a change".getBytes(UTF_8))))
        .isInstanceOf(ConfChangeException.class);
  }

  // Otherwise a leader that refuses changes for long takes fewer and fewer bytes.
  @Test
  void aRefusedChangeWeighsNothing() throws Exception {
    TestNetwork alone = new TestNetwork();
    alone.add(TestNetwork.plain(1).maxUncommittedBytes(100), new MemoryLog(ConfState.ofVoters(1L)));
    alone.elect(1);
    for (int i = 0; i < 20; i++) {
      alone.raft(1).proposeConfChange(ConfChange.single(ConfChange.Type.UPDATE, 1));
      alone.raft(1).proposeConfChange(ConfChange.single(ConfChange.Type.UPDATE, 1));
      alone.settle();
    }
    alone.propose(1, "x".repeat(100));
    alone.settle();
    assertThat(alone.raft(1).status().applied()).isEqualTo(alone.raft(1).status().lastIndex());
  }
}
