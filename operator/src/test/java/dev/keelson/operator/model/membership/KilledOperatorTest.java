package dev.keelson.operator.model.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Exhaustive: each change is run again and again with something going wrong after its first,
 * second, third ... step, until the moment lies behind the end of the change. Every run must end as
 * wanted.
 */
final class KilledOperatorTest {
  private record Change(String name, int from, int to, List<Consumer<Run>> troubles) {
    Change(String name, int from, int to) {
      this(name, from, to, List.of());
    }

    Run start() {
      Run run = Run.at(from);
      troubles.forEach(trouble -> trouble.accept(run));
      run.scale(to);
      return run;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static void burn(Run run) {
    run.cluster.burn(run.cluster.leader() == 2 ? 1 : 2);
  }

  private static void roll(Run run) {
    run.cluster.newRevision();
  }

  /** All but two of five, or all but one of three, with one survivor behind the other. */
  private static void loseQuorum(Run run) {
    List<Long> voters = run.cluster.voters();
    int left = voters.size() / 2;
    if (left > 1) {
      run.cluster.lag(voters.getFirst());
      run.steps(2);
    }
    voters.subList(left, voters.size()).forEach(run.cluster::burn);
  }

  private static Consumer<Run> recover(@Nullable String member) {
    return run -> run.recover(1, member);
  }

  static Stream<Change> changes() {
    return Stream.of(
        new Change("1 to 3", 1, 3),
        new Change("3 to 5", 3, 5),
        new Change("1 to 5", 1, 5),
        new Change("5 to 3", 5, 3),
        new Change("3 to 1", 3, 1),
        new Change("5 to 1", 5, 1),
        new Change("3 to 4", 3, 4),
        new Change("4 to 3", 4, 3),
        new Change("lost disk", 3, 3, List.of(KilledOperatorTest::burn)),
        new Change("lost disk and 3 to 5", 3, 5, List.of(KilledOperatorTest::burn)),
        new Change("lost disk of 5 and to 3", 5, 3, List.of(KilledOperatorTest::burn)),
        new Change("roll of 3", 3, 3, List.of(KilledOperatorTest::roll)),
        new Change("roll of 1", 1, 1, List.of(KilledOperatorTest::roll)),
        new Change("roll of 2 and to 5", 2, 5, List.of(KilledOperatorTest::roll)),
        new Change(
            "roll of 5 with a lost disk and to 3",
            5,
            3,
            List.of(KilledOperatorTest::burn, KilledOperatorTest::roll)),
        new Change("hibernate", 3, 0),
        new Change("recovery of 3", 3, 3, List.of(KilledOperatorTest::loseQuorum, recover(null))),
        new Change("recovery of 5", 5, 5, List.of(KilledOperatorTest::loseQuorum, recover(null))),
        new Change(
            "recovery by name", 5, 3, List.of(KilledOperatorTest::loseQuorum, recover("c-1"))));
  }

  private static int length(Change change) {
    return change.start().settle();
  }

  private static void everyMoment(Change change, BiConsumer<Run, Integer> trouble) {
    int length = length(change);
    assertThat(length).isPositive();
    for (int moment = 0; moment <= length; moment++) {
      Run run = change.start();
      run.steps(moment);
      try {
        trouble.accept(run, moment);
      } catch (AssertionError broken) {
        fail(change + ", after step " + moment + ": " + broken.getMessage(), broken);
      }
    }
  }

  private static void endsAs(Run run, int target) {
    run.settle();
    if (target == 0) {
      assertThat(run.cluster.podSerials()).isEmpty();
      assertThat(run.cluster.memberSerials()).containsAll(run.cluster.diskSerials());
      return;
    }
    assertThat(run.cluster.voters()).hasSize(target);
    assertThat(run.cluster.memberSerials()).isEqualTo(run.cluster.voters());
    assertThat(run.cluster.podSerials()).isEqualTo(run.cluster.voters());
    assertThat(run.cluster.diskSerials()).isEqualTo(run.cluster.voters());
    assertThat(run.cluster.operation()).isNull();
    assertThat(run.cluster.anyOutdated()).isFalse();
  }

  /** The operator decides, dies before it acts, and the world goes on for a while. */
  @ParameterizedTest
  @MethodSource("changes")
  void killedBeforeTheStep(Change change) {
    everyMoment(
        change,
        (run, moment) -> {
          run.next();
          for (int i = 0; i < 3; i++) {
            run.cluster.tick();
          }
          endsAs(run, change.to());
        });
  }

  /** It dies after it acted and before it learnt so; its successor may do the same step again. */
  @ParameterizedTest
  @MethodSource("changes")
  void killedAfterTheStepWhichIsThenRepeated(Change change) {
    everyMoment(
        change,
        (run, moment) -> {
          Step step = run.next();
          run.cluster.execute(step);
          if (step instanceof Step.OutsideStep && !(step instanceof Step.CreateDisk)) {
            repeat(run, step);
          }
          endsAs(run, change.to());
        });
  }

  private static void repeat(Run run, Step step) {
    switch (step) {
      // The real calls answer "no such object", which the executor takes for done.
      case Step.Promote s -> assertThat(run.cluster.voters()).contains(s.serial());
      case Step.RemoveMember s ->
          assertThat(run.cluster.memberSerials()).doesNotContain(s.serial());
      default -> run.cluster.execute(step);
    }
  }

  /** A person changes the number in the middle. */
  @ParameterizedTest
  @MethodSource("changesAndTargets")
  void theNumberChangesInTheMiddle(Change change, int target) {
    everyMoment(
        change,
        (run, moment) -> {
          run.scale(target);
          endsAs(run, target);
        });
  }

  static Stream<Arguments> changesAndTargets() {
    return changes()
        .flatMap(
            change -> IntStream.rangeClosed(0, 6).mapToObj(target -> Arguments.of(change, target)));
  }

  /** A node burns in the middle: any one, where the quorum can bear it. */
  @ParameterizedTest
  @MethodSource("changes")
  void aNodeBurnsInTheMiddle(Change change) {
    for (long serial = 1; serial <= 9; serial++) {
      long burnt = serial;
      everyMoment(
          change,
          (run, moment) -> {
            if (run.cluster.hasTheOnlyCopy(burnt) || !run.cluster.hasTraceOf(burnt)) {
              return; // the only copy, which nothing can bring back; or nothing there to burn
            }
            run.cluster.burn(burnt);
            if (run.cluster.quorumAlive() && change.to() != 0) {
              endsAs(run, change.to());
            } else {
              run.settle();
            }
          });
    }
  }

  /** A Pod is lost in the middle; its disk is not, so even a lost quorum returns. */
  @ParameterizedTest
  @MethodSource("changes")
  void aPodIsLostInTheMiddle(Change change) {
    for (long serial = 1; serial <= 9; serial++) {
      long lost = serial;
      everyMoment(
          change,
          (run, moment) -> {
            if (!run.cluster.podSerials().contains(lost)) {
              return;
            }
            run.cluster.losePod(lost);
            endsAs(run, change.to());
          });
    }
  }
}
