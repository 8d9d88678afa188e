package dev.keelson.operator.model.membership;

import java.time.Instant;

/**
 * A member's Pod as seen.
 *
 * @param state what it is doing
 * @param serving whether the client Service selects it
 * @param outdated whether it was made from an older specification than the present one
 * @param forced whether it makes its member a cluster of its own whenever it starts
 * @param zone the topology zone of its node; empty if unknown
 * @param since since when it is in that state
 */
public record PodView(
    PodState state,
    boolean serving,
    boolean outdated,
    boolean forced,
    String zone,
    Instant since) {}
