package dev.keelson.operator.model.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.OperationType;
import dev.keelson.operator.model.membership.Step.StartPod;
import dev.keelson.operator.model.membership.Step.Wait;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request to recover does, and what it does not. */
final class RecoveryScenarioTest {
  /** Two of five are left, and 1 has applied less than 2. */
  private static Run twoOfFive() {
    Run run = Run.at(5);
    run.cluster.execute(new Step.MoveLeader(3));
    run.cluster.lag(1);
    run.steps(3);
    List.of(3L, 4L, 5L).forEach(run.cluster::burn);
    run.settle();
    return run;
  }

  private static List<Long> forced(Run run) {
    return run.cluster.steps.stream()
        .filter(step -> step instanceof StartPod start && start.mode() == StartMode.FORCED)
        .map(step -> ((StartPod) step).serial())
        .toList();
  }

  private static void stands(Run run, WaitReason reason) {
    int from = run.cluster.steps.size();
    run.settle();
    assertThat(run.cluster.steps.subList(from, run.cluster.steps.size()))
        .allSatisfy(step -> assertThat(step).isInstanceOf(Step.IdleStep.class));
    assertThat(run.next()).isEqualTo(new Wait(reason));
  }

  @Test
  void theMemberThatHasMostGoesOnAndTheOthersAreNew() {
    Run run = twoOfFive();
    assertThat(run.next()).isEqualTo(new Wait(WaitReason.QUORUM_LOST));
    run.recover(1, null);
    run.settle();
    assertThat(forced(run)).containsExactly(2L);
    assertThat(run.cluster.voters()).containsExactly(2L, 6L, 7L, 8L, 9L);
    assertThat(run.cluster.recoveries()).isEqualTo(1);
    assertThat(run.cluster.operation()).isNull();
  }

  @Test
  void whatIsGivenUpKeepsItsData() {
    Run run = twoOfFive();
    run.recover(1, null);
    run.settle();
    assertThat(run.cluster.retained()).containsOnlyKeys(1L);
    assertThat(run.cluster.steps)
        .filteredOn(Step.DeleteDisk.class::isInstance)
        .as("disks deleted")
        .isEmpty();
  }

  @Test
  void aNamedMemberIsTakenEvenIfItHasLess() {
    Run run = twoOfFive();
    run.recover(1, "c-1");
    run.settle();
    assertThat(forced(run)).containsExactly(1L);
    assertThat(run.cluster.voters()).contains(1L).doesNotContain(2L).hasSize(5);
  }

  @Test
  void aMemberThatDoesNotAnswerMayHaveMore() {
    Run run = twoOfFive();
    run.cluster.breakProcess(2);
    run.recover(1, null);
    stands(run, WaitReason.RECOVERY_REFUSED);
    assertThat(RecoveryPlan.objection(run.cluster.observe())).contains("[2]", "do not answer");
    run.recover(1, "c-1");
    run.settle();
    assertThat(run.cluster.voters()).contains(1L).hasSize(5);
  }

  @ParameterizedTest
  @CsvSource({"2,cafe,,must be 1", "1,beef,,is not cafe", "1,cafe,c-4,no disk"})
  void aRequestThatDoesNotFitTouchesNothing(
      int number, String clusterId, @Nullable String member, String objection) {
    Run run = twoOfFive();
    run.recover(number, member, clusterId);
    stands(run, WaitReason.RECOVERY_REFUSED);
    assertThat(RecoveryPlan.objection(run.cluster.observe())).contains(objection);
  }

  @Test
  void aRequestCountsForOneLossOnly() {
    Run run = twoOfFive();
    run.recover(1, null);
    run.settle();
    List.of(6L, 7L, 8L).forEach(run.cluster::burn);
    stands(run, WaitReason.QUORUM_LOST);
    run.recover(2, null);
    run.settle();
    assertThat(run.cluster.voters()).hasSize(5);
    assertThat(run.cluster.recoveries()).isEqualTo(2);
  }

  @Test
  void aRequestMadeWhileTheQuorumIsThereIsVoid() {
    Run run = Run.at(3);
    run.recover(1, null);
    run.settle();
    assertThat(run.cluster.recoveries()).isEqualTo(1);
    assertThat(run.cluster.voters()).containsExactly(1L, 2L, 3L);
    run.cluster.burn(2);
    run.cluster.burn(3);
    stands(run, WaitReason.QUORUM_LOST);
  }

  /** As in an election: nobody leads at the moment, and all are there. */
  @Test
  void aMomentWithoutAQuorumIsNoLoss() {
    Run run = twoOfFive();
    run.recover(1, null);
    Observation lost = run.cluster.observe();
    assertThat(Planner.next(lost)).isInstanceOf(Step.Begin.class);
    Wait election = new Wait(WaitReason.NO_ANSWER);
    assertThat(Planner.next(silent(lost, null))).isEqualTo(election);
    assertThat(Planner.next(silent(lost, lost.now().minusSeconds(9)))).isEqualTo(election);
    Wait loss = new Wait(WaitReason.QUORUM_LOST);
    assertThat(Planner.next(silent(lost, lost.now().minusSeconds(10)))).isEqualTo(loss);
    assertThat(Planner.next(silent(lost, lost.now().minusSeconds(29)))).isEqualTo(loss);
  }

  /** As after hibernation: nobody answers since long ago, and members are about to. */
  @ParameterizedTest
  @CsvSource({
    "PENDING,119,STARTING",
    "RUNNING,119,STARTING",
    "RUNNING,120,QUORUM_LOST",
    "READY,19,STARTING",
    "READY,20,QUORUM_LOST",
    "TERMINATING,119,STARTING",
    "TERMINATING,120,QUORUM_LOST",
    "UNREADY,0,QUORUM_LOST",
    "CRASH_LOOPING,0,QUORUM_LOST"
  })
  void aMemberThatMayAnswerSoonIsWaitedFor(PodState state, int seconds, WaitReason reason) {
    Observation lost = silent(twoOfFive().cluster.observe(), Instant.EPOCH);
    assertThat(Planner.next(silent(lost, pod(lost, state, seconds), lost.silentSince())))
        .isEqualTo(new Wait(reason));
  }

  @Test
  void aPodThatGoesWithItsDiskIsNotWaitedFor() {
    Observation lost = twoOfFive().cluster.observe();
    TreeMap<Long, PodView> pods = new TreeMap<>(lost.pods());
    pods.put(5L, view(PodState.TERMINATING, lost.now().plusSeconds(30)));
    assertThat(lost.diskUsable(5)).isFalse();
    assertThat(Planner.next(silent(lost, pods, Instant.EPOCH)))
        .isEqualTo(new Wait(WaitReason.QUORUM_LOST));
  }

  private static PodView view(PodState state, Instant since) {
    return new PodView(state, true, false, false, "z1", since);
  }

  /** Member 1's Pod is so since some seconds. */
  private static NavigableMap<Long, PodView> pod(Observation seen, PodState state, int seconds) {
    TreeMap<Long, PodView> pods = new TreeMap<>(seen.pods());
    pods.put(1L, view(state, seen.now().minusSeconds(seconds)));
    return pods;
  }

  private static Observation silent(Observation seen, @Nullable Instant since) {
    return silent(seen, seen.pods(), since);
  }

  private static Observation silent(
      Observation seen, NavigableMap<Long, PodView> pods, @Nullable Instant since) {
    return new Observation(
        seen.wanted(),
        seen.lastSerial(),
        seen.recoveries(),
        seen.clusterId(),
        seen.operation(),
        seen.membership(),
        pods,
        seen.disks(),
        seen.answers(),
        since,
        seen.now());
  }

  @Test
  void whatStillComesBackByItselfIsNotForced() {
    Run run = Run.at(3);
    run.recover(1, null);
    run.cluster.losePod(2);
    run.cluster.losePod(3);
    run.settle();
    assertThat(forced(run)).isEmpty();
    assertThat(run.cluster.voters()).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aRequestCanBeWithdrawnUntilTheMemberIsForced() {
    Run run = twoOfFive();
    run.recover(1, null);
    while (run.cluster.operation() == null
        || run.cluster.operation().type() != OperationType.Recover) {
      run.once();
    }
    run.withdrawRecovery();
    run.settle();
    assertThat(forced(run)).isEmpty();
    assertThat(run.next()).isEqualTo(new Wait(WaitReason.QUORUM_LOST));
  }

  /** The resource is made again while the Pod that forces still runs. */
  @Test
  void aPodThatForcesIsReplacedBeforeAnythingJoins() {
    Run run = twoOfFive();
    run.recover(1, null);
    while (forced(run).isEmpty()) {
      run.once();
    }
    run.cluster.tick();
    run.cluster.forgetStatus();
    run.withdrawRecovery();
    run.settle();
    assertThat(run.cluster.voters()).contains(2L).hasSize(5);
  }
}
