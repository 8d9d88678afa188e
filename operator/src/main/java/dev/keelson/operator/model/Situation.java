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
 * @param lastVerified when the last verified backup ended, RFC 3339; null if there is none
 * @param problems what else was found wrong
 */
public record Situation(
    Observation observation,
    @Nullable WaitReason waiting,
    @Nullable String lastVerified,
    List<Problem> problems) {
  /** Copies the list. */
  public Situation {
    problems = List.copyOf(problems);
  }
}
