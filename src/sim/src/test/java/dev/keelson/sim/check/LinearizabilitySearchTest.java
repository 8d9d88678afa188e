package dev.keelson.sim.check;

import static dev.keelson.sim.check.RegisterOperation.delete;
import static dev.keelson.sim.check.RegisterOperation.read;
import static dev.keelson.sim.check.RegisterOperation.swap;
import static dev.keelson.sim.check.RegisterOperation.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.check.LinearizabilitySearch.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinearizabilitySearchTest {
  private static final long NEVER = Operation.NEVER;

  private static Verdict check(RegisterOperation... history) {
    return LinearizabilitySearch.check(List.of(history), 1_000_000);
  }

  @Test
  void acceptsAnOrderThatExplainsConcurrentAnswers() {
    assertThat(check()).isEqualTo(Verdict.LINEARIZABLE);
    assertThat(check(read(1, 2, null), write(3, 4, "a"), read(5, 6, "a")))
        .isEqualTo(Verdict.LINEARIZABLE);
    assertThat(check(write(1, 9, "a"), write(2, 8, "b"), read(3, 4, "a"), read(5, 6, "b")))
        .isEqualTo(Verdict.LINEARIZABLE);
    assertThat(check(write(1, 2, "a"), delete(3, 6), read(4, 5, null), read(7, 8, null)))
        .isEqualTo(Verdict.LINEARIZABLE);
    assertThat(check(swap(1, 5, null, "a", true), swap(2, 6, "a", "b", true), read(3, 4, "b")))
        .isEqualTo(Verdict.LINEARIZABLE);
  }

  @Test
  void seesAStaleRead() {
    assertThat(check(write(1, 2, "a"), write(3, 4, "b"), read(5, 6, "a")))
        .isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void seesReadsThatGoBack() {
    assertThat(check(write(1, 2, "a"), write(3, 9, "b"), read(4, 5, "b"), read(6, 7, "a")))
        .isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void seesALostWrite() {
    assertThat(check(write(1, 2, "a"), read(3, 4, null))).isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void seesAValueNobodyWrote() {
    assertThat(check(write(1, 2, "a"), read(3, 4, "c"))).isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void seesAReadBeforeItsWrite() {
    assertThat(check(read(1, 2, "a"), write(3, 4, "a"))).isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void seesTwoWinnersOfOneSwap() {
    assertThat(check(swap(1, 4, null, "a", true), swap(2, 5, null, "b", true)))
        .isEqualTo(Verdict.VIOLATION);
    assertThat(check(write(1, 2, "x"), swap(3, 4, "x", "a", false))).isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void aWriteOfUnknownOutcomeMayTakeEffectLateOrNever() {
    assertThat(check(write(1, NEVER, "a"), read(2, 3, null), read(4, 5, "a")))
        .isEqualTo(Verdict.LINEARIZABLE);
    assertThat(check(write(1, NEVER, "a"), read(2, 3, null), read(4, 5, null)))
        .isEqualTo(Verdict.LINEARIZABLE);
    assertThat(check(write(1, NEVER, "a"), read(2, 3, "a"), read(4, 5, null)))
        .isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void saysWhenItGivesUp() {
    List<RegisterOperation> history = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      history.add(write(i, 100 + i, "v" + i));
    }
    history.add(read(200, 201, "nobody's"));
    assertThat(LinearizabilitySearch.check(history, 1_000)).isEqualTo(Verdict.UNDECIDED);
  }

  /** Histories made from an order are linearizable; with one answer changed, mostly not. */
  @Test
  void agreesWithHowRandomHistoriesWereMade() {
    int seen = 0;
    for (int seed = 0; seed < 200; seed++) {
      List<RegisterOperation> history = generate(new Random(seed), 60);
      assertThat(LinearizabilitySearch.check(history, 1_000_000))
          .as("seed %d", seed)
          .isEqualTo(Verdict.LINEARIZABLE);
      for (int i = 0; i < history.size(); i++) {
        RegisterOperation each = history.get(i);
        if (each.kind() == RegisterOperation.Kind.READ && each.result() != null) {
          history.set(i, read(each.invoked(), each.returned(), "never written"));
          break;
        }
      }
      if (LinearizabilitySearch.check(history, 1_000_000) == Verdict.VIOLATION) {
        seen++;
      }
    }
    assertThat(seen).isGreaterThan(190);
  }

  private static List<RegisterOperation> generate(Random random, int count) {
    List<RegisterOperation> history = new ArrayList<>();
    @Nullable String state = null;
    for (int i = 0; i < count; i++) {
      long at = 10L * i;
      long invoked = at - random.nextInt(40);
      long returned = at + 1 + random.nextInt(40);
      switch (random.nextInt(4)) {
        case 0 -> history.add(read(invoked, returned, state));
        case 1 -> {
          state = "v" + i;
          history.add(write(invoked, returned, state));
        }
        case 2 -> {
          state = null;
          history.add(delete(invoked, returned));
        }
        default -> {
          @Nullable String expected = random.nextBoolean() ? state : "other";
          boolean swapped = Objects.equals(expected, state);
          state = swapped ? "s" + i : state;
          history.add(swap(invoked, returned, expected, "s" + i, swapped));
        }
      }
    }
    return history;
  }
}
