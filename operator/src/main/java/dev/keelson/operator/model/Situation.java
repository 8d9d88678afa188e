package dev.keelson.operator.model;

import dev.keelson.operator.model.membership.Observation;
import dev.keelson.operator.model.membership.WaitReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the conditions of a cluster are made from.
 *
 * @param observation what was seen
 * @param waiting what the planner waits for; null if it does not wait
 * @param problems what else was found wrong
 */
public record Situation(
    Observation observation, @Nullable WaitReason waiting, List<Problem> problems) {
  /** Copies the list. */
  public Situation {
    problems = List.copyOf(problems);
  }
}
