package dev.keelson.operator.model.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.EvenReplicas;
import dev.keelson.operator.api.v1alpha1.OperationStep;
import dev.keelson.operator.model.membership.Step.AddLearner;
import dev.keelson.operator.model.membership.Step.DeletePod;
import dev.keelson.operator.model.membership.Step.MoveLeader;
import dev.keelson.operator.model.membership.Step.OutsideStep;
import dev.keelson.operator.model.membership.Step.Promote;
import dev.keelson.operator.model.membership.Step.RemoveMember;
import dev.keelson.operator.model.membership.Step.StatusStep;
import dev.keelson.operator.model.membership.Step.Wait;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the planner does in each situation; {@link FakeCluster} checks every step as well. */
final class PlannerScenarioTest {
  private static List<Step> since(Run run, int from) {
    return run.cluster.steps.subList(from, run.cluster.steps.size());
  }

  @Test
  void aNewClusterStartsAloneAndGrowsByAPair() {
    Run run = Run.at(3);
    assertThat(run.cluster.voters()).containsExactly(1L, 2L, 3L);
    assertThat(run.cluster.diskSerials()).containsExactly(1L, 2L, 3L);
    assertThat(run.cluster.operation()).isNull();
    List<Step> changes =
        run.cluster.steps.stream()
            .filter(step -> step instanceof AddLearner || step instanceof Promote)
            .toList();
    assertThat(changes)
        .containsExactly(new AddLearner(2), new AddLearner(3), new Promote(2), new Promote(3));
  }

  @Test
  void thePairIsPromotedBackToBack() {
    Run run = Run.at(3);
    int from = run.cluster.steps.size();
    run.scale(5);
    run.settle();
    List<Step> steps = since(run, from);
    assertThat(steps.indexOf(new Promote(5))).isEqualTo(steps.indexOf(new Promote(4)) + 1);
  }

  @ParameterizedTest
  @CsvSource({"1,3", "3,5", "1,5", "5,3", "3,1", "5,1", "2,5", "4,3", "3,4", "9,1", "1,9"})
  void itGetsFromAnyNumberToAnyOther(int from, int to) {
    Run run = Run.at(from);
    run.scale(to);
    run.settle();
    assertThat(run.cluster.voters()).hasSize(to);
    assertThat(run.cluster.podSerials()).isEqualTo(run.cluster.voters());
    assertThat(run.cluster.diskSerials()).isEqualTo(run.cluster.voters());
    assertThat(run.cluster.operation()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"Warn,2,2", "RoundDown,2,1", "RoundUp,2,3", "RoundUp,8,9", "RoundDown,3,3"})
  void evenNumbersFollowTheRule(EvenReplicas rule, int replicas, int voters) {
    Run run = new Run();
    run.cluster.spec(Run.replicas(replicas, rule));
    run.settle();
    assertThat(run.cluster.voters()).hasSize(voters);
  }

  @Test
  void bothOfAPairLeaveBeforeAPodIsDeleted() {
    Run run = Run.at(5);
    int from = run.cluster.steps.size();
    run.scale(3);
    run.settle();
    List<Step> outside = since(run, from).stream().filter(OutsideStep.class::isInstance).toList();
    List<Class<?>> kinds =
        outside.stream()
            .<Class<?>>map(Object::getClass)
            .filter(kind -> kind == RemoveMember.class || kind == DeletePod.class)
            .toList();
    assertThat(kinds)
        .containsExactly(RemoveMember.class, RemoveMember.class, DeletePod.class, DeletePod.class);
  }

  @Test
  void theLeaderGoesLastAndOnlyAfterItsOfficeMoved() {
    Run run = Run.at(3);
    run.cluster.execute(new MoveLeader(3));
    run.scale(1);
    run.settle();
    assertThat(run.cluster.voters()).containsExactly(3L);
  }

  @Test
  void anUnhealthyMemberIsTheFirstVictim() {
    Run run = Run.at(3);
    run.cluster.execute(new MoveLeader(3));
    run.cluster.burn(1);
    run.scale(2);
    run.settle();
    assertThat(run.cluster.voters()).containsExactly(2L, 3L);
  }

  @Test
  void theMostCrowdedZoneGivesTheVictim() {
    Run run = Run.at(3);
    run.cluster.burn(1);
    run.settle();
    run.scale(4);
    run.settle();
    assertThat(run.cluster.voters()).containsExactly(2L, 3L, 4L, 5L);
    run.cluster.execute(new MoveLeader(5)); // 2 and 5 share a zone, and 5 leads
    run.scale(3);
    run.settle();
    assertThat(run.cluster.voters()).containsExactly(3L, 4L, 5L);
  }

  @Test
  void aLostPodReturnsWithItsDisk() {
    Run run = Run.at(3);
    run.cluster.losePod(2);
    run.settle();
    assertThat(run.cluster.voters()).containsExactly(1L, 2L, 3L);
    assertThat(run.cluster.lastSerial()).isEqualTo(3);
    run.cluster.endPod(3);
    run.settle();
    assertThat(run.cluster.healthy(3)).isTrue();
    assertThat(run.cluster.lastSerial()).isEqualTo(3);
  }

  @Test
  void aLostDiskIsReplacedByANewMember() {
    Run run = Run.at(3);
    run.cluster.burn(2);
    run.settle();
    assertThat(run.cluster.voters()).containsExactly(1L, 3L, 4L);
    assertThat(run.cluster.diskSerials()).containsExactly(1L, 3L, 4L);
  }

  @Test
  void aDiskDeletedUnderALivingLeaderIsReplacedToo() {
    Run run = Run.at(3);
    long leader = run.cluster.leader();
    run.cluster.loseDisk(leader);
    run.settle();
    assertThat(run.cluster.voters()).hasSize(3).doesNotContain(leader);
  }

  @Test
  void quorumLossTouchesNothing() {
    Run run = Run.at(3);
    run.cluster.burn(2);
    run.cluster.burn(3);
    int from = run.cluster.steps.size();
    run.scale(5);
    run.settle();
    assertThat(since(run, from))
        .allSatisfy(step -> assertThat(step).isInstanceOf(Step.IdleStep.class));
    assertThat(run.next()).isEqualTo(new Wait(WaitReason.QUORUM_LOST));
  }

  @Test
  void allPodsLostAtOnceReturn() {
    Run run = Run.at(3);
    for (long serial = 1; serial <= 3; serial++) {
      run.cluster.losePod(serial);
    }
    run.settle();
    assertThat(run.cluster.quorumAlive()).isTrue();
    assertThat(run.cluster.voters()).containsExactly(1L, 2L, 3L);
  }

  @Test
  void twoLostDisksOfFiveAreReplacedOneAfterTheOther() {
    Run run = Run.at(5);
    run.cluster.burn(2);
    run.cluster.burn(4);
    run.settle();
    assertThat(run.cluster.voters()).hasSize(5).doesNotContain(2L, 4L);
  }

  @Test
  void hibernationStopsTheLeaderLastAndKeepsEveryDisk() {
    Run run = Run.at(3);
    long leader = run.cluster.leader();
    int from = run.cluster.steps.size();
    run.scale(0);
    run.settle();
    assertThat(run.cluster.podSerials()).isEmpty();
    assertThat(run.cluster.diskSerials()).containsExactly(1L, 2L, 3L);
    assertThat(since(run, from).stream().filter(DeletePod.class::isInstance).toList().getLast())
        .isEqualTo(new DeletePod(leader));
    assertThat(run.next()).isEqualTo(new Wait(WaitReason.HIBERNATED));

    run.scale(5);
    run.settle();
    assertThat(run.cluster.voters()).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void aLearnerThatDoesNotCatchUpIsTakenBackAndTriedAgainLater() {
    Run run = Run.at(3);
    run.cluster.learnersStick(true);
    run.scale(5);
    while (run.cluster.steps.stream().noneMatch(Step.RollBack.class::isInstance)) {
      run.once();
    }
    while (run.cluster.operation() == null
        || run.cluster.operation().step() != OperationStep.BackingOff) {
      run.once();
    }
    assertThat(run.cluster.memberSerials()).containsExactly(1L, 2L, 3L);
    assertThat(run.cluster.diskSerials()).containsExactly(1L, 2L, 3L);
    assertThat(run.cluster.operation().attempts()).isEqualTo(1);
    assertThat(run.cluster.operation().lastError()).contains("catch up");

    run.cluster.learnersStick(false);
    run.settle();
    assertThat(run.cluster.voters()).containsExactly(1L, 2L, 3L, 6L, 7L);
  }

  @Test
  void aDiskIsRepairedWhileGrowingIsDelayed() {
    Run run = Run.at(3);
    run.cluster.learnersStick(true);
    run.scale(5);
    while (run.cluster.operation() == null
        || run.cluster.operation().step() != OperationStep.BackingOff) {
      run.once();
    }
    run.cluster.burn(2);
    run.cluster.learnersStick(false);
    run.settle();
    assertThat(run.cluster.voters()).hasSize(5).doesNotContain(2L);
  }

  @Test
  void whatAMemberRemovedByHandLeftIsPutAwayNotDeleted() {
    Run run = Run.at(3);
    run.cluster.removeByHand(3);
    run.settle();
    assertThat(run.cluster.voters()).containsExactly(1L, 2L, 4L);
    assertThat(run.cluster.retained()).containsKey(3L);
  }

  @Test
  void aResourceMadeAgainAdoptsTheDisksItFinds() {
    Run run = Run.at(3);
    long written = run.cluster.acknowledged();
    run.cluster.forgetStatus();
    run.settle();
    assertThat(run.cluster.voters()).containsExactly(1L, 2L, 3L);
    assertThat(run.cluster.lastSerial()).isEqualTo(3);
    assertThat(run.cluster.acknowledged()).isGreaterThan(written);
  }

  @Test
  void aDiskThatGoesShowsBeforeItsMemberFails() {
    Run run = Run.at(3);
    assertThat(run.cluster.observe().hasAllDisks()).isTrue();
    Observation seen = run.cluster.observe();
    TreeMap<Long, DiskView> disks = new TreeMap<>(seen.disks());
    disks.put(2L, new DiskView(DiskState.VOTER, true, seen.now()));
    Observation going =
        new Observation(
            seen.wanted(),
            seen.lastSerial(),
            seen.recoveries(),
            seen.clusterId(),
            seen.operation(),
            seen.membership(),
            seen.pods(),
            disks,
            seen.answers(),
            seen.silentSince(),
            seen.now());
    assertThat(going.hasAllDisks()).isFalse();
  }

  @Test
  void theClusterThatAnswersMustBeTheOneOnRecord() {
    Run run = Run.at(3);
    Observation seen = run.cluster.observe();
    Observation other =
        new Observation(
            seen.wanted(),
            seen.lastSerial(),
            seen.recoveries(),
            "beef",
            seen.operation(),
            seen.membership(),
            seen.pods(),
            seen.disks(),
            seen.answers(),
            seen.silentSince(),
            seen.now());
    assertThat(Planner.next(other)).isEqualTo(new Wait(WaitReason.FOREIGN_CLUSTER));
  }

  @Test
  void theStatusIsWrittenBeforeAnyOutsideStep() {
    Run run = Run.at(3);
    for (int target : new int[] {5, 1, 4, 0, 3}) {
      int from = run.cluster.steps.size();
      run.scale(target);
      run.settle();
      assertThat(
              since(run, from).stream()
                  .filter(step -> step instanceof StatusStep || step instanceof OutsideStep)
                  .findFirst())
          .get()
          .as("first step towards %s", target)
          .satisfiesAnyOf(
              step -> assertThat(step).isInstanceOf(StatusStep.class),
              step -> assertThat(step).isInstanceOf(Step.StartPod.class));
    }
  }

  @Test
  void aRollRestartsTheLeaderLastAndOnceOnly() {
    Run run = Run.at(3);
    long leader = run.cluster.leader();
    run.cluster.steps.clear();
    run.cluster.newRevision();
    run.settle();
    List<Long> restarted =
        run.cluster.steps.stream()
            .filter(Step.DeletePod.class::isInstance)
            .map(step -> ((Step.DeletePod) step).serial())
            .toList();
    assertThat(restarted).hasSize(3).doesNotHaveDuplicates().endsWith(leader);
    assertThat(run.cluster.steps).filteredOn(Step.MoveLeader.class::isInstance).hasSize(1);
  }
}
