package dev.keelson.sim.member;

/**
 * How fast a host is, in nanoseconds; every delay is drawn between the bounds, mostly near the
 * lower.
 *
 * @param turnMin from the wake-up of a worker to its turn
 * @param syncMin the same for the log writer, whose turns end with a sync of the disk
 * @param taskMin from the hand-over of a task to the pool to its run
 * @param flushMin how long a flush of the store takes
 * @param stallPermille how often a turn takes up to {@code stallMax} longer
 */
public record Pace(
    long turnMin,
    long turnMax,
    long syncMin,
    long syncMax,
    long taskMin,
    long taskMax,
    long flushMin,
    long flushMax,
    int stallPermille,
    long stallMax) {}
