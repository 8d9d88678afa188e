package dev.keelson.operator.model;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects conditions; one whose status stays keeps the time of its last change. */
public final class Conditions {
  private final List<Condition> before;
  private final long generation;
  private final Instant now;
  private final List<Condition> collected = new ArrayList<>();

  /**
   * Starts with none.
   *
   * @param before those of the last time
   * @param generation the generation that they answer
   */
  public Conditions(List<Condition> before, long generation, Instant now) {
    this.before = List.copyOf(before);
    this.generation = generation;
    this.now = now;
  }

  /** Adds one. */
  public void set(String type, boolean status, String reason, String message) {
    String value = status ? "True" : "False";
    String since =
        before.stream()
            .filter(old -> type.equals(old.getType()) && value.equals(old.getStatus()))
            .map(Condition::getLastTransitionTime)
            .findFirst()
            .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
    collected.add(
        new ConditionBuilder()
            .withType(type)
            .withStatus(value)
            .withReason(reason)
            .withMessage(message)
            .withLastTransitionTime(since)
            .withObservedGeneration(generation)
            .build());
  }

  /** All, in the order they were added. */
  public List<Condition> list() {
    return List.copyOf(collected);
  }

  /** A condition, if it is there. */
  public static Optional<Condition> find(List<Condition> conditions, String type) {
    return conditions.stream().filter(condition -> type.equals(condition.getType())).findFirst();
  }

  /** Whether a condition is there and true. */
  public static boolean isTrue(List<Condition> conditions, String type) {
    return is(conditions, type, "True");
  }

  /** Whether a condition is there and false. */
  public static boolean isFalse(List<Condition> conditions, String type) {
    return is(conditions, type, "False");
  }

  private static boolean is(List<Condition> conditions, String type, String status) {
    return find(conditions, type)
        .filter(condition -> status.equals(condition.getStatus()))
        .isPresent();
  }
}
